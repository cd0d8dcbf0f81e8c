// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/child_process.hpp"

#include <array>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace sase::os {

namespace {

constexpr std::size_t max_output = 65536;

/// Returns the end to write to.
Fd make_pipe(Fd& reader) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("cannot make a pipe");
  reader = Fd(ends[0]);
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return Fd(ends[1]);
}

/// A pipe that contains `bytes`. An empty pipe takes PIPE_BUF bytes without waiting (pipe(7)).
Fd make_input(std::string_view bytes) {
  Fd reader;
  const Fd writer = make_pipe(reader);
  if (::write(writer.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
    throw_errno("cannot write to a pipe");
  ::fcntl(reader.get(), F_SETFL, 0);
  return reader;
}

/// True at the end of the stream, whose descriptor is closed then. Reads at most 64 KiB, so that a child that
/// never stops writing cannot hold the caller.
bool drain(Fd& fd, std::string& bytes) {
  std::array<char, 4096> buffer{};
  for (int reads = 0; fd; ++reads) {
    if (reads == 16) return false;
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got > 0) bytes.append(buffer.data(), static_cast<std::size_t>(got));
    if (got == 0) fd.close();
    if (got < 0 && errno == EAGAIN) return false;
    if (got < 0 && errno != EINTR) throw_errno("reading failed");
  }
  return true;
}

bool has_ended(pid_t pid) noexcept {
  siginfo_t ended{};
  return ::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         ended.si_pid == pid;
}

/// The signals that hardening ignores, and the one that ends the child, have their defaults in the child.
void set_attributes(posix_spawnattr_t& attributes, const sigset_t& mask) noexcept {
  sigset_t defaults;
  ::sigemptyset(&defaults);
  for (const int number : {SIGPIPE, SIGXFSZ, SIGTERM})
    ::sigaddset(&defaults, number);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setsigmask(&attributes, &mask);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
}

}  // namespace

ChildProcess::ChildProcess(const std::string& program, std::span<const std::string> arguments,
                           std::string_view input, const char* const* environment, const sigset_t& mask) {
  const Fd standard_input = make_input(input);
  const Fd output = make_pipe(output_);
  const Fd errors = make_pipe(errors_);
  std::vector<char*> argv;
  for (const std::string& argument : arguments)
    argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&actions, standard_input.get(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, errors.get(), STDERR_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  set_attributes(attributes, mask);
  const int error = ::posix_spawn(&pid_, program.c_str(), &actions, &attributes, argv.data(),
                                  const_cast<char* const*>(environment));
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  errno = error;
  if (error != 0) throw_errno("cannot run '" + program + "'");
}

bool ChildProcess::read() {
  (void)drain(errors_, errors_bytes_);
  const bool has_output_ended = drain(output_, output_bytes_);
  if (output_bytes_.size() > max_output) output_bytes_.resize(max_output);
  return has_output_ended;
}

std::optional<int> ChildProcess::wait_for_exit() noexcept {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR)
    continue;
  is_running_ = false;
  return WIFEXITED(status) ? std::optional(WEXITSTATUS(status)) : std::nullopt;
}

void ChildProcess::stop() noexcept {
  if (!is_running_) return;
  constexpr timespec pause{.tv_sec = 0, .tv_nsec = 5'000'000};
  ::kill(-pid_, SIGTERM);
  for (int pauses = 0; pauses < 200 && !has_ended(pid_); ++pauses)
    ::nanosleep(&pause, nullptr);
  // Processes that it started may still run. The group exists as long as its leader is not waited for.
  ::kill(-pid_, SIGKILL);
  (void)wait_for_exit();
}

}  // namespace sase::os
