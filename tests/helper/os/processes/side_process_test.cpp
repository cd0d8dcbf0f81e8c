// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/side_process.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/memory_file.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <string>

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

std::optional<std::string> result_of(const std::function<std::string()>& task) {
  SideProcess process(task, no_signals());
  while (!process.read())
    continue;
  return process.result();
}

/// Whether there is a child of ours.
bool has_child() {
  return ::waitid(P_ALL, 0, nullptr, WEXITED | WNOHANG | WNOWAIT) == 0;
}

}  // namespace

TEST_CASE("a side process says what came of its task, however long", "[side_process]") {
  CHECK(result_of([] { return std::string("done"); }) == "done");
  CHECK(result_of([] { return std::string(); }) == "");
  CHECK(result_of([] { return std::string(200'000, 'x'); }) == std::string(200'000, 'x'));
  CHECK_FALSE(has_child());
}

TEST_CASE("one that throws or is killed has no result", "[side_process]") {
  CHECK_FALSE(result_of([]() -> std::string { throw std::runtime_error("lost"); }));
  CHECK_FALSE(result_of([]() -> std::string {
    ::raise(SIGKILL);
    return "never";
  }));
  CHECK_FALSE(has_child());
}

TEST_CASE("a side process blocks the signals it is told to and leads a group", "[side_process]") {
  sigset_t blocked = no_signals();
  ::sigaddset(&blocked, SIGUSR2);
  SideProcess process(
      [] {
        sigset_t now;
        ::pthread_sigmask(SIG_SETMASK, nullptr, &now);
        return std::string(::sigismember(&now, SIGUSR2) == 1 && ::sigismember(&now, SIGTERM) == 0 ? "mask "
                                                                                                  : "") +
               (::getpgid(0) == ::getpid() ? "group" : "");
      },
      blocked);
  while (!process.read())
    continue;

  CHECK(process.result() == "mask group");
}

TEST_CASE("a side process that is stopped is gone with all that it has started", "[side_process]") {
  const tests::Pipe pipe = tests::make_pipe();
  steady_clock::time_point start;
  {
    SideProcess process(
        [&pipe]() -> std::string {
          if (::fork() == 0) ::signal(SIGTERM, SIG_IGN);
          (void)!::write(pipe.writer.get(), "x", 1);
          ::pause();
          return {};
        },
        no_signals());
    std::array<char, 2> both{};
    for (char& byte : both)
      REQUIRE(::read(pipe.reader.get(), &byte, 1) == 1);
    start = steady_clock::now();
  }

  CHECK(steady_clock::now() - start < 900ms);
  CHECK_FALSE(has_child());
}

TEST_CASE("one that does not heed SIGTERM is killed after a second", "[side_process]") {
  const auto start = steady_clock::now();
  {
    sigset_t blocked = no_signals();
    ::sigaddset(&blocked, SIGTERM);
    SideProcess process(
        []() -> std::string {
          while (true)
            ::pause();
        },
        blocked);
  }

  CHECK(steady_clock::now() - start < 5s);
  CHECK_FALSE(has_child());
}

}  // namespace sase::os
