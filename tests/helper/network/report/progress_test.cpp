// SPDX-License-Identifier: Apache-2.0
#include "helper/network/report/progress.hpp"

#include "tests/helper/network/recorded_progress.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/response.hpp"

#include <algorithm>
#include <chrono>
#include <string>

using namespace sase::network;
using namespace std::chrono_literals;
using sase::protocol::AuthError;
using sase::protocol::BearerToken;
using sase::protocol::CheckId;
using sase::protocol::CheckState;
using sase::protocol::ErrorKind;
using sase::protocol::Secret;
using sase::protocol::Step;
using sase::protocol::TokenResponse;
using std::chrono::steady_clock;

namespace {

AuthError closed() {
  return {.kind = ErrorKind::unreachable, .what = "it closed", .hint = "try again", .retry_after = {}};
}

TokenResponse token() { return {.token = BearerToken(Secret("a.token")), .lifetime = 60s}; }

}  // namespace

TEST_CASE("each event is written at once", "[authorize][progress]") {
  RecordedProgress recorded;

  recorded.progress.enter(Step::connecting);
  CHECK(recorded.text == "step=connecting\n");
  recorded.progress.count_request();
  CHECK(recorded.text == "step=connecting\nrequests=1\n");
  recorded.progress.granted(token());
  CHECK(recorded.text.ends_with("access_token=a.token\nlifetime=60\n"));
}

TEST_CASE("the token is written once", "[authorize][progress]") {
  RecordedProgress recorded;
  if (GENERATE(true, false)) recorded.progress.granted(token());
  recorded.progress.finish(token());

  CHECK(recorded.text == "access_token=a.token\nlifetime=60\noutcome=granted\n\n");
}

TEST_CASE("a trace line has the time of its event", "[authorize][progress]") {
  RecordedProgress recorded(Tracing::on);
  const auto before = std::chrono::floor<std::chrono::microseconds>(steady_clock::now().time_since_epoch());
  recorded.progress.trace_at(steady_clock::time_point(5us), "long ago");
  recorded.progress.trace("now");
  const auto after = std::chrono::ceil<std::chrono::microseconds>(steady_clock::now().time_since_epoch());

  const auto trace = recorded.trace();
  REQUIRE(trace.size() == 2);
  CHECK(trace[0].at == 5us);
  CHECK(trace[0].what == "long ago");
  CHECK(trace[1].at >= before);
  CHECK(trace[1].at <= after);
  CHECK(trace[1].what == "now");
}

TEST_CASE("traces and checks that are not requested are not written", "[authorize][progress]") {
  RecordedProgress recorded;
  recorded.progress.trace("text");
  recorded.progress.trace_at(steady_clock::now(), "text");
  recorded.progress.passed(CheckId::name, "text");
  recorded.progress.warned(CheckId::tls, "text", "");
  recorded.progress.failed(closed());

  CHECK(recorded.text.empty());
}

TEST_CASE("a trace line is limited and printable", "[authorize][progress]") {
  RecordedProgress recorded(Tracing::on);
  recorded.progress.trace(std::string(longest_trace_line, 'a'));
  recorded.progress.trace(std::string(longest_trace_line + 1, 'a'));
  recorded.progress.trace("\x1b[2J\n");

  CHECK(recorded.trace_texts() == std::vector<std::string>{std::string(longest_trace_line, 'a'),
                                                           std::string(longest_trace_line - 3, 'a') + "...",
                                                           "\\x1b[2J\\x0a"});
}

TEST_CASE("a check is limited and printable", "[authorize][progress]") {
  RecordedProgress recorded(Tracing::off, Probing::on);
  recorded.progress.warned(CheckId::tls, std::string(5000, '\n'), std::string(5000, 'x'));

  const auto checks = recorded.checks();
  REQUIRE(checks.size() == 1);
  CHECK(checks[0].state == CheckState::warning);
  for (const std::string& text : {checks[0].what, checks[0].remedy}) {
    CHECK(text.size() <= longest_check_text);
    CHECK(std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; }));
  }
}

TEST_CASE("a repeated check is ignored", "[authorize][progress]") {
  RecordedProgress recorded(Tracing::off, Probing::on);
  recorded.progress.passed(CheckId::tcp, "first");
  recorded.progress.passed(CheckId::name, "late");
  recorded.progress.passed(CheckId::tcp, "second");

  REQUIRE(recorded.checks().size() == 1);
  CHECK(recorded.checks()[0].what == "first");
}

TEST_CASE("the check of the current step fails", "[authorize][progress]") {
  RecordedProgress recorded(Tracing::off, Probing::on);
  recorded.progress.passed(CheckId::name, "found");
  recorded.progress.passed(CheckId::tcp, "answers");
  recorded.progress.enter(Step::handshaking);
  recorded.progress.presented("a certificate for 'other\x1b[31m'");
  recorded.progress.failed(closed());

  const auto checks = recorded.checks();
  REQUIRE(checks.size() == 3);
  CHECK(checks[2].name == CheckId::tls);
  CHECK(checks[2].kind == ErrorKind::unreachable);
  CHECK(checks[2].what == "it closed; presented: a certificate for 'other\\x1b[31m'");
  CHECK(checks[2].remedy == "try again");
}
