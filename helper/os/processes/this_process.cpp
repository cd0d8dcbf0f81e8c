// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/this_process.hpp"

#include <cstddef>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sase::os {

namespace {

void open_standard_streams(CallerState& caller) noexcept {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) != -1) continue;
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

int process_id() noexcept {
  return ::getpid();
}

bool is_root() noexcept {
  return ::geteuid() == 0;
}

std::optional<std::string> program_path() {
  std::array<char, 4096> path{};
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
  return size > 0 ? std::optional(std::string(path.data(), static_cast<std::size_t>(size))) : std::nullopt;
}

}  // namespace sase::os
