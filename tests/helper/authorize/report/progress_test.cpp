// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/report/progress.hpp"

#include "tests/support/catch.hpp"

#include <chrono>
#include <string>
#include <thread>

using namespace sase::authorize;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

TEST_CASE("a trace holds what was noted, in order and with its time", "[authorize][progress]") {
  Progress progress(Tracing::on);
  const auto before = std::chrono::floor<std::chrono::microseconds>(steady_clock::now().time_since_epoch());
  progress.note_of(steady_clock::time_point(5us), [] { return "long ago"; });
  progress.note([] { return "now"; });
  const auto after = std::chrono::ceil<std::chrono::microseconds>(steady_clock::now().time_since_epoch());

  const auto trace = progress.trace();
  REQUIRE(trace.size() == 2);
  CHECK(trace[0].at == 5us);
  CHECK(trace[0].what == "long ago");
  CHECK(trace[1].at >= before);
  CHECK(trace[1].at <= after);
  CHECK(trace[1].what == "now");
}

TEST_CASE("where nobody asks for a trace, no words are made for one", "[authorize][progress]") {
  Progress progress;
  bool asked = false;
  const auto words = [&asked] {
    asked = true;
    return "words";
  };
  progress.note(words);
  progress.note_of(steady_clock::now(), words);

  CHECK_FALSE(asked);
  CHECK(progress.trace().empty());
}

TEST_CASE("a trace is bounded, in lines and in length, and always printable", "[authorize][progress]") {
  Progress progress(Tracing::on);

  SECTION("a long line is cut") {
    progress.note([] { return std::string(longest_trace_line, 'a'); });
    progress.note([] { return std::string(longest_trace_line + 1, 'a'); });
    CHECK(progress.trace()[0].what == std::string(longest_trace_line, 'a'));
    CHECK(progress.trace()[1].what == std::string(longest_trace_line - 3, 'a') + "...");
  }
  SECTION("a long trace ends with a word about it") {
    for (std::size_t i = 0; i < 2 * most_trace_lines; ++i)
      progress.note([] { return "line"; });
    REQUIRE(progress.trace().size() == most_trace_lines);
    CHECK(progress.trace()[most_trace_lines - 2].what == "line");
    CHECK(progress.trace().back().what == "what follows is left out: the trace is full");
  }
  SECTION("bytes that do not belong on a terminal are escaped") {
    progress.note([] { return "\x1b[2J\n"; });
    CHECK(progress.trace()[0].what == "\\x1b[2J\\x0a");
  }
}

TEST_CASE("a trace may be read while the work goes on", "[authorize][progress]") {
  Progress progress(Tracing::on);
  std::thread work([&progress] {
    for (std::size_t i = 0; i < most_trace_lines - 1; ++i)
      progress.note([] { return std::string(100, 'a'); });
  });
  std::size_t seen = 0;
  bool only_grows = true;
  while (seen < most_trace_lines - 1) {
    const auto trace = progress.trace();
    only_grows = only_grows && trace.size() >= seen;
    seen = trace.size();
  }
  work.join();

  CHECK(only_grows);
  CHECK(progress.trace().back().what == std::string(100, 'a'));
}
