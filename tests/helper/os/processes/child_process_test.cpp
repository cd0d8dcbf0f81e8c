// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/child_process.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <system_error>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sase::os {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

sigset_t no_signals() {
  sigset_t none;
  ::sigemptyset(&none);
  return none;
}

/// A shell that runs a script.
class Shell {
 public:
  explicit Shell(const std::string& script, const sigset_t& mask = no_signals())
      : child("/bin/sh", std::array<std::string, 3>{"sh", "-c", script}, "", environ, mask) {}

  void read_to_end() {
    while (!child.read()) {
      pollfd waiting{.fd = child.output_fd(), .events = POLLIN, .revents = 0};
      ::poll(&waiting, 1, 1000);
    }
  }
  void wait_for_output() {
    while (child.output().empty())
      (void)child.read();
  }

  ChildProcess child;
};

bool has_child() { return ::waitid(P_ALL, 0, nullptr, WEXITED | WNOHANG | WNOWAIT) == 0; }

}  // namespace

TEST_CASE("a child process reads its input", "[child_process]") {
  const std::array<std::string, 1> arguments = {"cat"};
  ChildProcess child("/bin/cat", arguments, "one\ntwo", environ, no_signals());

  CHECK(child.wait_for_exit() == 0);
  (void)child.read();
  CHECK(child.output() == "one\ntwo");
}

TEST_CASE("collects output and exit code of a child", "[child_process]") {
  Shell shell("read -r line || echo done; exit 7");
  shell.read_to_end();

  CHECK(shell.child.output() == "done\n");
  CHECK(shell.child.wait_for_exit() == 7);
  CHECK_FALSE(has_child());
}

TEST_CASE("keeps 64 KiB of a longer output", "[child_process]") {
  Shell shell("head -c 200000 /dev/zero");
  shell.read_to_end();

  CHECK(shell.child.output().size() == 65536);
  CHECK(shell.child.wait_for_exit() == 0);
}

TEST_CASE("a child that a signal ended has no exit code", "[child_process]") {
  Shell shell("kill -KILL $$");
  shell.read_to_end();

  CHECK_FALSE(shell.child.wait_for_exit());
}

TEST_CASE("throws if the program does not exist", "[child_process]") {
  const std::array<std::string, 1> arguments{"nothing"};
  CHECK_THROWS_AS(ChildProcess("/nonexistent", arguments, "", environ, no_signals()), std::system_error);
  CHECK_FALSE(has_child());
}

TEST_CASE("a child leads a process group", "[child_process]") {
  Shell shell("cut -d ' ' -f 5 /proc/$$/stat; echo $$");
  shell.read_to_end();

  const std::string& output = shell.child.output();
  const std::string group = output.substr(0, output.find('\n') + 1);
  CHECK(output == group + group);
}

TEST_CASE("a child blocks the signals of its mask", "[child_process]") {
  sigset_t blocked = no_signals();
  ::sigaddset(&blocked, SIGUSR2);
  const std::array<std::string, 3> arguments{"grep", "SigBlk", "/proc/self/status"};
  ChildProcess child("/bin/grep", arguments, "", environ, blocked);
  while (!child.read())
    ::usleep(1000);

  CHECK(child.output() == "SigBlk:\t0000000000000800\n");
}

TEST_CASE("stopping a child ends the processes that it started", "[child_process]") {
  const auto start = steady_clock::now();
  {
    Shell shell("(trap '' TERM; echo x; exec sleep 60) & wait");
    shell.wait_for_output();
  }

  CHECK(steady_clock::now() - start < 5s);
  CHECK_FALSE(has_child());
}

TEST_CASE("kills a child that ignores SIGTERM after a second", "[child_process]") {
  const auto start = steady_clock::now();
  {
    Shell shell("trap '' TERM; echo x; while :; do sleep 1; done");
    shell.wait_for_output();
  }

  CHECK(steady_clock::now() - start > 900ms);
  CHECK(steady_clock::now() - start < 10s);
  CHECK_FALSE(has_child());
}

}  // namespace sase::os
