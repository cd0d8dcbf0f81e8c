// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/this_process.hpp"

#include "helper/os/fd.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace sase::os {

namespace {

void open_standard_streams(CallerState& caller) noexcept {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    // Another error than EBADF means that the system denies the call.
    if (::fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    caller.closed[static_cast<std::size_t>(fd)] = true;
    // Opened in the wrong direction, so that using the stream still fails. open() returns the lowest free
    // number, which is `fd`.
    const int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (::open("/dev/null", mode) != fd) ::_exit(1);  // NOLINT(concurrency-mt-unsafe)
  }
}

/// Keeps the hard limit: once lowered, it could not be restored for the program that `exec` runs.
void forbid_cores(CallerState& caller) noexcept {
  if (::getrlimit(RLIMIT_CORE, &caller.core) != 0) return;
  const rlimit none{.rlim_cur = 0, .rlim_max = caller.core.rlim_max};
  ::setrlimit(RLIMIT_CORE, &none);
}

/// Ignored and blocked signals are inherited. Waiting for a child requires SIGCHLD, and the timeout of a lock
/// requires SIGALRM.
void set_signals(CallerState& caller) noexcept {
  for (std::size_t i = 0; i < caller.dispositions.size(); ++i) {
    const int number = CallerState::signals[i];
    caller.dispositions[i] = ::signal(number, number == SIGCHLD ? SIG_DFL : SIG_IGN);
  }
  sigset_t wanted;
  ::sigemptyset(&wanted);
  ::sigaddset(&wanted, SIGALRM);
  ::sigaddset(&wanted, SIGCHLD);
  ::pthread_sigmask(SIG_UNBLOCK, &wanted, &caller.mask);
}

bool is_path(const std::string& program) noexcept { return program.find('/') != std::string::npos; }

/// The directories of PATH; an empty one is the working directory.
std::string_view search_path(std::span<const char* const> environment) noexcept {
  constexpr std::string_view variable = "PATH=";
  for (const std::string_view entry : environment)
    if (entry.starts_with(variable)) return entry.substr(variable.size());
  return {};
}

/// True for a script whose interpreter is missing as well.
bool is_found(const std::string& program, std::string_view directories) {
  if (is_path(program)) return ::access(program.c_str(), F_OK) == 0;
  while (!program.empty() && !directories.empty()) {
    const auto end = std::min(directories.find(':'), directories.size());
    std::string path(directories.substr(0, end));
    if (!path.empty()) path += '/';
    path += program;
    if (::access(path.c_str(), F_OK) == 0) return true;
    directories.remove_prefix(std::min(end + 1, directories.size()));
  }
  return false;
}

/// Corrects the error of execvpe: ENOENT may mean a missing interpreter, ENOTDIR a wrong directory in PATH.
int explain(int error, const std::string& program, std::span<const char* const> environment) {
  if (error == ENOTDIR && !is_path(program)) error = ENOENT;
  return error == ENOENT && is_found(program, search_path(environment)) ? ENOEXEC : error;
}

}  // namespace

void CallerState::restore() const noexcept {
  for (std::size_t i = 0; i < dispositions.size(); ++i)
    ::signal(signals[i], dispositions[i]);
  ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  ::setrlimit(RLIMIT_CORE, &core);
  ::umask(umask);
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (closed[static_cast<std::size_t>(fd)]) ::close(fd);
}

CallerState harden_process() noexcept {
  CallerState caller;
  open_standard_streams(caller);
  caller.umask = ::umask(077);
  forbid_cores(caller);
  ::prctl(PR_SET_DUMPABLE, 0);
  set_signals(caller);
  return caller;
}

int process_id() noexcept { return ::getpid(); }

std::string host_name() {
  utsname names{};
  return ::uname(&names) == 0 ? names.nodename : "";
}

std::error_code test_getrandom() noexcept {
  char byte = 0;
  return ::getrandom(&byte, 1, GRND_NONBLOCK) >= 0 || errno == EAGAIN ? std::error_code() : last_error();
}

std::string_view remedy_for_shortage(const std::error_code& error) noexcept {
  switch (error.value()) {
    case EMFILE: return "raise the limit on open files (ulimit -n)";
    case ENFILE: return "close programs: the system's limit on open files is reached";
    case ENOBUFS:
    case ENOMEM: return "free memory, or raise the memory limit of the container";
    default: return {};
  }
}

std::optional<std::string> program_path() {
  std::array<char, 4096> path{};
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
  return size > 0 ? std::optional(std::string(path.data(), static_cast<std::size_t>(size))) : std::nullopt;
}

std::vector<char*> to_argv(std::span<const std::string> words) {
  std::vector<char*> argv;
  for (const std::string& word : words)
    argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  return argv;
}

void exec_program(std::span<const std::string> words, std::span<const char* const> environment) {
  std::vector<char*> entries;
  for (const char* const entry : environment)
    entries.push_back(const_cast<char*>(entry));
  entries.push_back(nullptr);
  const std::vector<char*> argv = to_argv(words);
  ::execvpe(argv.front(), argv.data(), entries.data());
  errno = explain(errno, words.front(), environment);
  throw_errno("cannot run '" + words.front() + "'");
}

}  // namespace sase::os
