// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/subprocess.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/shell_run.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <csignal>
#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sase::os {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using tests::has_no_child;
using tests::run_and_read;
using Run = tests::ShellRun;

/// Whether a process has ended, or will in a moment: init may not have collected it yet.
bool is_gone(pid_t pid) {
  for (int looks = 0; looks < 200; ++looks) {
    const std::string status = tests::text_of_file("/proc/" + std::to_string(pid) + "/stat");
    if (status.empty() || status.find(") Z ") != std::string::npos) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

}  // namespace

TEST_CASE("returns how the program ended", "[subprocess]") {
  const int exited = Run{.script = "exit 7"}.run().value().wait_status;
  const int killed = Run{.script = "kill -9 $$"}.run().value().wait_status;

  CHECK(WIFEXITED(exited));
  CHECK(WEXITSTATUS(exited) == 7);
  CHECK(WIFSIGNALED(killed));
  CHECK(WTERMSIG(killed) == SIGKILL);
  CHECK(has_no_child());
}

TEST_CASE("kills a program at the deadline", "[subprocess]") {
  const std::string script = GENERATE(values<std::string>({
      "exec sleep 60",
      "exec sleep 60 >/dev/null",
      "trap '' TERM INT HUP PIPE; while :; do :; done",
      "exec yes",
      "echo half; exec sleep 60",
  }));
  const auto start = steady_clock::now();

  CHECK_FALSE(Run{.script = script, .limit = std::size_t{1} << 40U, .patience = 60ms}.run());
  CHECK(steady_clock::now() - start >= 60ms);
  CHECK(steady_clock::now() - start < 10s);
  CHECK(has_no_child());
}

TEST_CASE("kills a program that does not read its input at the deadline", "[subprocess]") {
  CHECK_FALSE(Run{.script = "exec sleep 60", .input = std::string(1'000'000, 'x'), .patience = 60ms}.run());
  CHECK(has_no_child());
}

TEST_CASE("kills a program that starts after the deadline", "[subprocess]") {
  CHECK_FALSE(Run{.script = "exec sleep 60", .patience = -1s}.run());
  CHECK(has_no_child());
}

TEST_CASE("does not wait for descendants of a program that has ended", "[subprocess]") {
  const auto start = steady_clock::now();

  CHECK(run_and_read({.script = "sleep 5 & echo answer", .leads = Leads::session}) == "answer\n");

  CHECK(steady_clock::now() - start < 4s);
}

TEST_CASE("kills a descendant in another session at the deadline", "[subprocess]") {
  const tests::TemporaryDirectory directory;
  const std::string script =
      "cd " + directory.path() + "; setsid sh -c 'echo $$ >pids; exec sleep 60' & sleep 60";

  CHECK_FALSE(Run{.script = script, .patience = 300ms, .leads = Leads::session}.run());

  std::istringstream pids(tests::text_of_file(directory.path("pids")));
  pid_t pid = 0;
  REQUIRE(pids >> pid);
  CHECK(is_gone(pid));
}

TEST_CASE("at the deadline leaves a daemon running that a program started", "[subprocess]") {
  const tests::TemporaryDirectory directory;
  // As gpg starts gpg-agent.
  const std::string script =
      "cd " + directory.path() + "; (setsid sh -c 'echo $$ >pid; exec sleep 60' &); sleep 60";

  CHECK_FALSE(Run{.script = script, .patience = 300ms, .leads = Leads::session}.run());

  const pid_t pid = std::stoi(tests::text_of_file(directory.path("pid")));
  CHECK(::kill(pid, SIGKILL) == 0);
  CHECK(is_gone(pid));
}

TEST_CASE("relays the standard error of a program with its own session", "[subprocess]") {
  const tests::MemoryFile errors;
  const int code = tests::exit_code_in_child([&] {
    ::dup2(errors.fd(), STDERR_FILENO);
    const std::string script = "(sleep 60; echo late) >&2 & echo one >&2; exec >&-; sleep 0.1; echo two >&2";
    return run_and_read({.script = script, .leads = Leads::session}).empty() ? 0 : 1;
  });

  CHECK(code == 0);
  CHECK(errors.text() == "one\ntwo\n");
}

TEST_CASE("a descendant that keeps writing to standard error is not waited for", "[subprocess]") {
  const auto start = steady_clock::now();
  const int code = tests::exit_code_in_child([] {
    ::dup2(Fd(::open("/dev/null", O_WRONLY | O_CLOEXEC)).get(), STDERR_FILENO);
    return run_and_read({.script = "yes >&2 & echo answer", .leads = Leads::session}) == "answer\n" ? 0 : 1;
  });

  CHECK(code == 0);
  CHECK(steady_clock::now() - start < 10s);
}

TEST_CASE("at the deadline kills the process group of the program", "[subprocess]") {
  const tests::TemporaryDirectory directory;
  const std::string note = "echo $$ >>pids; exec sleep 60";
  const std::string script =
      GENERATE_COPY(as<std::string>{}, "echo $$ >>pids; sleep 60; true", "sh -c '" + note + "' & " + note,
                    "trap '' TERM HUP INT; sh -c '" + note + "'; sleep 60",
                    "(sh -c '" + note + "' &); sleep 60", "exec >/dev/null; " + note);

  CHECK_FALSE(
      Run{.script = "cd " + directory.path() + "; " + script, .patience = 300ms, .leads = Leads::session}
          .run());

  std::istringstream pids(tests::text_of_file(directory.path("pids")));
  int started = 0;
  for (pid_t pid = 0; pids >> pid; ++started)
    CHECK(is_gone(pid));
  CHECK(started > 0);
  CHECK(has_no_child());
}

TEST_CASE("reports output while the program runs", "[subprocess]") {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.path("continue");
  const std::vector<std::string> arguments = {
      "sh", "-c", "echo first; while ! [ -e " + path + " ]; do sleep 0.01; done; echo second"};
  std::string seen;
  const std::vector<const char*> environment = {"PATH=/usr/bin:/bin", nullptr};
  const auto result = run_subprocess({.program = "/bin/sh",
                                      .arguments = arguments,
                                      .environment = environment.data(),
                                      .output_limit = 1000,
                                      .deadline = steady_clock::now() + 10s,
                                      .on_output = [&](std::string_view output) {
                                        seen = output;
                                        if (seen == "first\n") directory.write("continue", "");
                                      }});

  REQUIRE(result);
  CHECK(seen == "first\nsecond\n");
}

TEST_CASE("no shell in a killed process group writes a message", "[subprocess]") {
  const tests::TemporaryDirectory directory;
  const std::string script =
      "exec 2>" + directory.path("said") + "; sh -c 'sh -c \"sleep 60; true\"; true'; true";

  for (int times = 0; times < 20; ++times)
    CHECK_FALSE(Run{.script = script, .patience = 20ms, .leads = Leads::session}.run());

  CHECK(tests::text_of_file(directory.path("said")).empty());
}

}  // namespace sase::os
