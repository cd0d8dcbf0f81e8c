// SPDX-License-Identifier: Apache-2.0
#include "helper/hardening.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sase::helper {

namespace {

void open_standard_streams() noexcept {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) != -1) continue;
    // Opened the wrong way round, so that using the closed stream still fails. The lowest free number is
    // `fd`.
    const int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (::open("/dev/null", mode) != fd) ::_exit(1);  // NOLINT(concurrency-mt-unsafe)
  }
}

/// Ignored and blocked signals are inherited. Without SIGCHLD no child could be waited for, without SIGALRM
/// no wait for a lock would end.
void set_signals() noexcept {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
  ::signal(SIGCHLD, SIG_DFL);
  sigset_t wanted;
  ::sigemptyset(&wanted);
  ::sigaddset(&wanted, SIGALRM);
  ::sigaddset(&wanted, SIGCHLD);
  ::pthread_sigmask(SIG_UNBLOCK, &wanted, nullptr);
}

}  // namespace

void harden_process() noexcept {
  open_standard_streams();
  ::umask(077);
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
  set_signals();
}

}  // namespace sase::helper
