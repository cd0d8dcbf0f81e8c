// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/this_process.hpp"

#include "helper/os/fd.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/denied_calls.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/temporary_directory.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sase::os {

namespace {

/// A failure does not change the process, so it need not be a child.
int catch_reason(const std::vector<std::string>& words, std::span<const char* const> environment = {}) {
  try {
    exec_program(words, environment);
  } catch (const std::system_error& error) {
    return error.code().value();
  }
}

/// The same for a program that is searched for in these directories.
int reason_on_path(const std::string& directories, const std::string& program) {
  return tests::exit_code_in_child([&]() -> int {
    const std::string path = "PATH=" + directories;
    ::setenv("PATH", directories.c_str(), /*replace=*/1);
    return catch_reason({program}, std::array{"HOME=/", path.c_str()});
  });
}

}  // namespace

TEST_CASE("a hardened process leaves no core file and cannot be traced", "[hardening]") {
  const int code = tests::exit_code_in_child([] {
    harden_process();
    rlimit core{};
    ::getrlimit(RLIMIT_CORE, &core);
    return core.rlim_cur == 0 && ::prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1;
  });

  CHECK(code == 0);
}

TEST_CASE("restores the caller's state for another program", "[hardening]") {
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

TEST_CASE("a hardened process creates private files", "[hardening]") {
  CHECK(tests::exit_code_in_child([] {
          ::umask(0);
          harden_process();
          return ::umask(0) == 077 ? 0 : 1;
        }) == 0);
}

TEST_CASE("SIGPIPE does not kill a hardened process", "[hardening]") {
  const int code = tests::exit_code_in_child([] {
    harden_process();
    int ends[2];
    if (::pipe(ends) != 0) return 2;
    ::close(ends[0]);
    return ::write(ends[1], "x", 1) == -1 && errno == EPIPE ? 0 : 1;
  });

  CHECK(code == 0);
}

TEST_CASE("opens closed standard streams so that using them fails", "[hardening]") {
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

TEST_CASE("hardening works without fcntl(2)", "[hardening]") {
  CHECK(tests::exit_code_in_child([] {
          tests::deny_calls({SYS_fcntl}, EPERM);
          harden_process();
          return ::write(STDERR_FILENO, "", 0) == 0 ? 0 : 2;
        }) == 0);
}

TEST_CASE("reports why getrandom(2) fails", "[hardening]") {
  CHECK_FALSE(test_getrandom());
  CHECK(tests::exit_code_in_child([] {
          tests::deny_calls({SYS_getrandom}, EPERM);
          return test_getrandom() == std::errc::operation_not_permitted ? 0 : 1;
        }) == 0);
}

TEST_CASE("does not change an open standard stream", "[hardening]") {
  const int code = tests::exit_code_in_child([] {
    ::close(1);
    if (::open("/dev/full", O_WRONLY | O_CLOEXEC) != 1) return 1;
    harden_process();
    return ::write(1, "x", 1) == -1 && errno == ENOSPC ? 0 : 2;
  });

  CHECK(code == 0);
}

TEST_CASE("executes a program with exactly these arguments and this environment", "[exec_program]") {
  tests::Pipe pipe = tests::make_pipe();
  const int code = tests::exit_code_in_child([&pipe]() -> int {
    ::dup2(pipe.writer.get(), STDOUT_FILENO);
    const std::vector<std::string> words = {"sh", "-c", "echo \"$0|$1|$A$HOME\"; exit 7", "zero", ""};
    exec_program(words, std::array{"A=b c"});
  });
  pipe.writer.close();

  CHECK(code == 7);
  CHECK(read_all(pipe.reader.get(), 100).reveal() == "zero||b c\n");
}

TEST_CASE("distinguishes a program that cannot run from a missing one", "[exec_program]") {
  const tests::TemporaryDirectory directory;
  const std::string plain = directory.write("plain", "text", 0600);
  const std::string script = directory.write("script", "#!/no/such/interpreter\n", 0700);

  CHECK(catch_reason({"no-such-program-here"}) == ENOENT);
  CHECK(catch_reason({""}) == ENOENT);
  CHECK(catch_reason({directory.path("nothing")}) == ENOENT);
  CHECK(catch_reason({directory.path()}) == EACCES);
  CHECK(catch_reason({plain}) == EACCES);
  CHECK(catch_reason({script}) == ENOEXEC);
}

TEST_CASE("finds a program on PATH even if it cannot run", "[exec_program]") {
  const tests::TemporaryDirectory directory;
  const std::string plain = directory.write("plain", "text", 0600);
  (void)directory.write("script", "#!/no/such/interpreter\n", 0700);
  const std::string directories = "/nowhere::" + directory.path();

  CHECK(reason_on_path(directories, "script") == ENOEXEC);
  CHECK(reason_on_path(directories + ":" + plain, "script") == ENOEXEC);
  CHECK(reason_on_path(directories, "plain") == EACCES);
  CHECK(reason_on_path(directories, "no-such-program-here") == ENOENT);
  CHECK(reason_on_path(directories, "") == ENOENT);
  CHECK(reason_on_path(directories + ":" + plain, "no-such-program-here") == ENOENT);
  CHECK(reason_on_path("", "script") == ENOENT);
}

}  // namespace sase::os
