// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/conversation.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <sys/wait.h>

namespace sase::os {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

steady_clock::time_point soon() { return steady_clock::now() + 10s; }

/// A shell script to talk to.
Conversation talk_to(const std::string& script) {
  static const std::array<const char*, 2> environment{"PATH=/usr/bin:/bin", nullptr};
  const std::vector<std::string> arguments{"sh", "-c", script};
  return {"/bin/sh", arguments, environment.data()};
}

/// Waits for the programs that were left alone, at the end of a test.
struct Reaper {
  Reaper() = default;
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;
  ~Reaper() {
    while (::waitpid(-1, nullptr, 0) > 0)
      continue;
  }
};

std::string receive_line(Conversation& conversation) {
  std::string text;
  while (text.find('\n') == std::string::npos) {
    const auto arrived = conversation.receive(soon());
    REQUIRE(arrived);
    if (arrived->empty()) return text + "(end)";
    text += *arrived;
  }
  return text;
}

}  // namespace

TEST_CASE("a program and this one exchange several messages", "[conversation]") {
  const Reaper reaper;
  Conversation conversation = talk_to("while read -r line; do echo \"got $line\"; done; echo end");

  conversation.send("one\n", soon());
  CHECK(receive_line(conversation) == "got one\n");
  conversation.send("two\n", soon());
  CHECK(receive_line(conversation) == "got two\n");
}

TEST_CASE("a reply that does not come in time is nothing, and the end of the output is empty",
          "[conversation]") {
  const Reaper reaper;
  Conversation silent = talk_to("read -r line");
  CHECK_FALSE(silent.receive(steady_clock::now() + 20ms));
  Conversation ended = talk_to("exit 0");
  CHECK(receive_line(ended) == "(end)");
}

TEST_CASE("a program that reads nothing blocks no longer than the deadline", "[conversation]") {
  const Reaper reaper;
  {
    Conversation conversation = talk_to("exec sleep 1");
    try {
      conversation.send(std::string(1U << 20U, 'x'), steady_clock::now() + 50ms);
      FAIL("all was written");
    } catch (const std::system_error& error) {
      CHECK(error.code() == std::errc::timed_out);
    }
  }
}

TEST_CASE("a program finishes its work after the end of its input", "[conversation]") {
  const Reaper reaper;
  const tests::TemporaryDirectory root;
  const auto start = steady_clock::now();
  {
    const Conversation conversation =
        talk_to("cat >/dev/null; sleep 1; echo done >'" + root.path("done") + "'");
  }

  CHECK(steady_clock::now() - start < 900ms);
  while (tests::text_of_file(root.path("done")).empty() && steady_clock::now() < start + 10s)
    std::this_thread::sleep_for(5ms);
  CHECK(tests::text_of_file(root.path("done")) == "done\n");
}

TEST_CASE("a program in conversation has none of the standard streams of this one", "[conversation]") {
  const Reaper reaper;
  Conversation conversation =
      talk_to("readlink /proc/self/fd/2; ls /proc/self/fd | wc -l; echo; read -r line");

  CHECK(receive_line(conversation).starts_with("/dev/null\n"));
}

}  // namespace sase::os
