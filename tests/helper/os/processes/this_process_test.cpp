// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/this_process.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/in_child.hpp"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace sase::os {

TEST_CASE("a hardened process leaves no core file and cannot be traced", "[hardening]") {
  const int code = tests::exit_code_in_child([] {
    harden_process();
    rlimit core{};
    ::getrlimit(RLIMIT_CORE, &core);
    return core.rlim_cur == 0 && ::prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1;
  });

  CHECK(code == 0);
}

TEST_CASE("what hardening changed can be put back for another program", "[hardening]") {
  const int code = tests::exit_code_in_child([] {
    ::close(0);
    ::umask(027);
    const rlimit limit{.rlim_cur = 4096, .rlim_max = 8192};
    ::setrlimit(RLIMIT_CORE, &limit);
    ::signal(SIGPIPE, SIG_DFL);
    ::signal(SIGCHLD, SIG_IGN);
    sigset_t blocked;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGALRM);
    ::pthread_sigmask(SIG_SETMASK, &blocked, nullptr);

    harden_process().restore();

    rlimit core{};
    ::getrlimit(RLIMIT_CORE, &core);
    if (core.rlim_cur != 4096 || core.rlim_max != 8192) return 1;
    if (::signal(SIGPIPE, SIG_DFL) != SIG_DFL || ::signal(SIGCHLD, SIG_DFL) != SIG_IGN) return 2;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    if (::sigismember(&blocked, SIGALRM) != 1) return 3;
    if (::umask(0) != 027) return 4;
    return ::fcntl(0, F_GETFD) == -1 && ::fcntl(1, F_GETFD) != -1 ? 0 : 5;
  });

  CHECK(code == 0);
}

TEST_CASE("files of a hardened process are private from birth", "[hardening]") {
  CHECK(tests::exit_code_in_child([] {
          ::umask(0);
          harden_process();
          return ::umask(0) == 077 ? 0 : 1;
        }) == 0);
}

TEST_CASE("a vanished reader does not kill a hardened process", "[hardening]") {
  const int code = tests::exit_code_in_child([] {
    harden_process();
    int ends[2];
    if (::pipe(ends) != 0) return 2;
    ::close(ends[0]);
    return ::write(ends[1], "x", 1) == -1 && errno == EPIPE ? 0 : 1;
  });

  CHECK(code == 0);
}

TEST_CASE("a standard stream that was closed is taken, and fails when it is used", "[hardening]") {
  const int code = tests::exit_code_in_child([] {
    for (int fd = 0; fd <= 2; ++fd)
      ::close(fd);
    harden_process();
    char byte = 0;
    if (::read(0, &byte, 1) != -1) return 1;
    if (::write(1, "x", 1) != -1) return 2;
    if (::write(2, "x", 1) != -1) return 3;
    return ::open("/dev/null", O_RDONLY | O_CLOEXEC) > 2 ? 0 : 4;
  });

  CHECK(code == 0);
}

TEST_CASE("a standard stream that is open stays what it is", "[hardening]") {
  const int code = tests::exit_code_in_child([] {
    ::close(1);
    if (::open("/dev/full", O_WRONLY | O_CLOEXEC) != 1) return 1;
    harden_process();
    return ::write(1, "x", 1) == -1 && errno == ENOSPC ? 0 : 2;
  });

  CHECK(code == 0);
}

}  // namespace sase::os
