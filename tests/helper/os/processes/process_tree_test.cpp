// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/process_tree.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/denied_calls.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/memory_file.hpp"

#include <cerrno>
#include <csignal>

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sase::os {

TEST_CASE("a process tree is killed to its leaves, and nothing beside it", "[process_tree]") {
  const pid_t bystander = tests::start_child([] { return ::pause(); });
  tests::Pipe alive = tests::make_pipe();
  const pid_t leader = tests::start_child([&alive] {
    alive.reader.close();
    // Parentheses in a process's name are among what its line in /proc must be read past.
    ::prctl(PR_SET_NAME, ") Z 1 1 1");
    ::setsid();
    for (int depth = 0; depth < 3; ++depth)
      if (::fork() == 0 && depth == 1) ::setsid();
    if (::write(alive.writer.get(), "x", 1) != 1) return 2;
    return ::pause();
  });
  alive.writer.close();
  char byte = 0;
  for (int processes = 0; processes < 8; ++processes)
    REQUIRE(::read(alive.reader.get(), &byte, 1) == 1);

  kill_process_tree(leader);

  // The end of the pipe: nobody holds the other one any more.
  CHECK(::read(alive.reader.get(), &byte, 1) == 0);
  CHECK(tests::wait_for_child(leader) == 128 + SIGKILL);
  CHECK(::kill(bystander, 0) == 0);
  ::kill(bystander, SIGKILL);
  CHECK(tests::wait_for_child(bystander) == 128 + SIGKILL);
}

TEST_CASE("without a /proc at least the leader's group is killed", "[process_tree]") {
  const int code = tests::exit_code_in_child([] {
    ::alarm(10);
    tests::Pipe alive = tests::make_pipe();
    const pid_t leader = tests::start_child([&alive] {
      alive.reader.close();
      ::setsid();
      (void)::fork();
      return ::write(alive.writer.get(), "x", 1) == 1 ? ::pause() : 2;
    });
    alive.writer.close();
    char byte = 0;
    for (int processes = 0; processes < 2; ++processes)
      if (::read(alive.reader.get(), &byte, 1) != 1) return 3;
    tests::deny_calls({SYS_getdents64}, EACCES);

    kill_process_tree(leader);

    const bool all_ended = ::read(alive.reader.get(), &byte, 1) == 0;
    return all_ended && tests::wait_for_child(leader) == 128 + SIGKILL ? 0 : 1;
  });

  CHECK(code == 0);
}

TEST_CASE("a leader that has ended leaves its session", "[process_tree]") {
  tests::Pipe alive = tests::make_pipe();
  const pid_t leader = tests::start_child([&alive] {
    alive.reader.close();
    ::setsid();
    if (::fork() != 0) return 0;
    if (::write(alive.writer.get(), "x", 1) != 1) return 2;
    return ::pause();
  });
  alive.writer.close();
  char byte = 0;
  REQUIRE(::read(alive.reader.get(), &byte, 1) == 1);
  siginfo_t ended{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(leader), &ended, WEXITED | WNOWAIT) == 0);

  kill_process_tree(leader);

  CHECK(::read(alive.reader.get(), &byte, 1) == 0);
  CHECK(tests::wait_for_child(leader) == 0);
}

}  // namespace sase::os
