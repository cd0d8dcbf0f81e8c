// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/child_process.hpp"

#include "helper/os/processes/this_process.hpp"
#include "protocol/secret.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace sase::os {

namespace {

constexpr std::size_t max_output = 65536;

/// A pipe that contains `bytes`. An empty pipe takes PIPE_BUF bytes without waiting (pipe(7)).
Fd make_input(std::string_view bytes) {
  Pipe pipe = make_pipe();
  if (::write(pipe.writer.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
    throw_errno("cannot write to a pipe");
  return std::move(pipe.reader);
}

/// True at the end of the stream, whose descriptor is closed then. One call empties a pipe (pipe(7)).
bool drain(Fd& fd, std::string& bytes) {
  std::array<char, 65536> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
  const ssize_t got = fd ? ::read(fd.get(), buffer.data(), buffer.size()) : 0;
  if (got < 0 && errno != EAGAIN && errno != EINTR) throw_errno("reading failed");
  if (got > 0) bytes.append(buffer.data(), static_cast<std::size_t>(got));
  if (got == 0) fd.close();
  return got == 0;
}

/// Appends the children of a process, their children and so on. None where the kernel has no such list.
void add_descendants(pid_t parent, std::vector<pid_t>& all) {
  const std::string id = std::to_string(parent);
  std::array<char, 4096> buffer{};
  const std::size_t size = read_file(("/proc/" + id + "/task/" + id + "/children").c_str(), buffer);
  const char* const end = buffer.data() + size;
  pid_t child = 0;
  for (const char* at = buffer.data(); std::from_chars(at, end, child).ec == std::errc(); ++at) {
    at = std::find(at, end, ' ');
    all.push_back(child);
    add_descendants(child, all);
  }
}

void set_streams(posix_spawn_file_actions_t& actions, const SpawnCall& call) noexcept {
  if (call.input < 0) ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (call.input >= 0) ::posix_spawn_file_actions_adddup2(&actions, call.input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, call.output, STDOUT_FILENO);
  if (call.errors >= 0) ::posix_spawn_file_actions_adddup2(&actions, call.errors, STDERR_FILENO);
  // Descriptors of this program are close-on-exec; descriptors inherited from the host tool may not be.
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
}

/// Ignored and blocked signals are inherited.
void set_attributes(posix_spawnattr_t& attributes, const SpawnCall& call) noexcept {
  sigset_t defaults;
  ::sigemptyset(&defaults);
  ::sigaddset(&defaults, SIGPIPE);
  ::sigaddset(&defaults, SIGXFSZ);
  // The one that stops a process group.
  if (call.leads == Leads::process_group) ::sigaddset(&defaults, SIGTERM);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setsigmask(&attributes, &call.mask);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
  if (call.leads == Leads::process_group) flags |= POSIX_SPAWN_SETPGROUP;
  if (call.leads == Leads::session) flags |= POSIX_SPAWN_SETSID;
  ::posix_spawnattr_setflags(&attributes, flags);
}

pid_t spawn(const SpawnCall& call) {
  const std::vector<char*> argv = to_argv(call.arguments);
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  set_streams(actions, call);
  set_attributes(attributes, call);
  pid_t child = 0;
  const int error = ::posix_spawn(&child, call.program.c_str(), &actions, &attributes, argv.data(),
                                  const_cast<char* const*>(call.environment));
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  errno = error;
  if (error != 0) throw_errno("cannot run '" + call.program + "'");
  return child;
}

}  // namespace

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("cannot make a pipe");
  return {.reader = Fd(ends[0]), .writer = Fd(ends[1])};
}

void set_nonblocking(const Fd& fd) {
  if (::fcntl(fd.get(), F_SETFL, O_NONBLOCK) != 0) throw_errno("cannot set O_NONBLOCK with fcntl(2)");
}

pid_t fork_process() noexcept {
  const pid_t child = ::fork();
  if (child == 0) protocol::lock_secrets();
  return child;
}

Child::Child(const SpawnCall& call) : pid_(spawn(call)), leads_(call.leads) {}

Child::~Child() {
  if (is_waited_for()) return;
  // A process loses its children when it ends.
  std::vector<pid_t> descendants;
  if (leads_ == Leads::session) add_descendants(pid_, descendants);
  signal(SIGKILL);
  for (const pid_t descendant : descendants)
    ::kill(descendant, SIGKILL);
  wait();
}

bool Child::has_ended() const noexcept {
  siginfo_t ended{};
  const int result = ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
  return result == 0 ? ended.si_pid == pid_ : errno != EINTR;
}

int Child::wait() noexcept {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR)
    continue;
  pid_ = 0;
  return status;
}

void Child::signal(int number) const noexcept {
  // A session leader leads the process group of the same number.
  ::kill(leads_ == Leads::nothing ? pid_ : -pid_, number);
}

void Child::stop() noexcept {
  if (is_waited_for()) return;
  constexpr timespec pause{.tv_sec = 0, .tv_nsec = 5'000'000};
  signal(SIGTERM);
  for (int pauses = 0; pauses < 200 && !has_ended(); ++pauses)
    ::nanosleep(&pause, nullptr);
  // Processes that it started may still run. The group exists as long as its leader is not waited for.
  signal(SIGKILL);
  wait();
}

ChildProcess::ChildProcess(const std::string& program, std::span<const std::string> arguments,
                           std::string_view input, const char* const* environment, const sigset_t& mask) {
  const Fd input_file = make_input(input);
  Pipe output = make_pipe();
  child_.emplace(SpawnCall{.program = program,
                           .arguments = arguments,
                           .environment = environment,
                           .input = input_file.get(),
                           .output = output.writer.get(),
                           .leads = Leads::process_group,
                           .mask = mask});
  output_ = std::move(output.reader);
  set_nonblocking(output_);
}

bool ChildProcess::read() {
  const bool has_output_ended = drain(output_, output_bytes_);
  if (output_bytes_.size() > max_output) output_bytes_.resize(max_output);
  return has_output_ended;
}

std::optional<int> ChildProcess::wait_for_exit() noexcept {
  const int status = child_->wait();
  return WIFEXITED(status) ? std::optional(WEXITSTATUS(status)) : std::nullopt;
}

}  // namespace sase::os
