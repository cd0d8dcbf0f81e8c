// SPDX-License-Identifier: Apache-2.0
#include "helper/os/fd.hpp"
#include "helper/os/processes/subprocess.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/shell_run.hpp"
#include "tests/support/temporary_directory.hpp"

#include <array>
#include <chrono>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace sase::os {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using tests::has_no_child;
using tests::run_and_read;
using Run = tests::ShellRun;

}  // namespace

TEST_CASE("passes exactly the arguments and the environment", "[subprocess]") {
  const std::vector<std::string> words = {"name", "a b", "", "$HOME"};
  const std::vector<const char*> environment = {"A=1", "B=", nullptr};

  const auto result = run_subprocess({.program = "/usr/bin/env",
                                      .arguments = std::span(words).first(1),
                                      .environment = environment.data(),
                                      .output_limit = 1000,
                                      .deadline = steady_clock::now() + 30s});
  CHECK(result.value().output.reveal() == "A=1\nB=\n");
  CHECK(run_and_read({.script = "printf %s \"$MARK\""}) == "here");

  const std::vector<std::string> print = {"printf", "<%s>", "a b", "", "$HOME"};
  const auto printed = run_subprocess({.program = "/usr/bin/printf",
                                       .arguments = print,
                                       .environment = environment.data(),
                                       .output_limit = 1000,
                                       .deadline = steady_clock::now() + 30s});
  CHECK(printed.value().output.reveal() == "<a b><><$HOME>");
}

TEST_CASE("a program that cannot be started is a system error", "[subprocess]") {
  const tests::TemporaryDirectory directory;
  const std::vector<std::string> words = {"x"};
  const std::array<const char*, 1> no_entries{};
  const std::string no_program = directory.write("text", "not a program", 0700);
  const std::string not_executable = directory.write("plain", "#!/bin/sh\n", 0600);

  for (const std::string& program :
       {directory.path("missing"), no_program, not_executable, directory.path()}) {
    INFO(program);
    CHECK_THROWS_AS(run_subprocess({.program = program,
                                    .arguments = words,
                                    .environment = no_entries.data(),
                                    .output_limit = 1000,
                                    .deadline = steady_clock::now() + 30s}),
                    std::system_error);
  }
  CHECK(has_no_child());
}

TEST_CASE("a program inherits only the standard streams", "[subprocess]") {
  // A descriptor that the caller forgot to close.
  const Fd inherited(::open("/dev/null", O_RDONLY));  // NOLINT(android-cloexec-open): the point
  REQUIRE(inherited.get() > 2);

  const std::string test =
      "[ -e /proc/self/fd/" + std::to_string(inherited.get()) + " ] && echo open || echo closed";

  CHECK(run_and_read({.script = test}) == "closed\n");
}

TEST_CASE("a program does not inherit the ends of its own pipes", "[subprocess]") {
  // The shell's own list: 0, 1, 2, and the directory that `ls` reads. The descriptors that the
  // test program inherited are closed first.
  const int code = tests::exit_code_in_child([] {
    for (int fd = 3; fd < 256; ++fd)
      ::close(fd);
    return run_and_read({.script = "exec ls /proc/self/fd"}) == "0\n1\n2\n3\n" ? 0 : 1;
  });

  CHECK(code == 0);
}

TEST_CASE("a program with its own session has no terminal", "[subprocess]") {
  // The process id, the group and the session are the first, fifth and sixth fields there.
  const std::string test =
      "read -r pid name state parent group session rest </proc/self/stat; "
      "[ $session = $$ ] && ! true </dev/tty && echo apart";

  CHECK(run_and_read({.script = "(" + test + ") 2>/dev/null", .leads = Leads::session}) == "apart\n");
  CHECK(run_and_read({.script = "(" + test + ") 2>/dev/null; true"}).empty());
}

TEST_CASE("a call leaves no descriptor open", "[subprocess]") {
  const Fd before(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int expected = before.get() + 1;

  (void)run_and_read({.script = "exec cat", .input = "x"});
  (void)Run{.script = "exec sleep 60", .patience = 20ms}.run();
  CHECK_THROWS_AS((Run{.script = "exec yes", .limit = 10}.run()), std::length_error);

  const Fd after(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  CHECK(after.get() == expected);
}

}  // namespace sase::os
