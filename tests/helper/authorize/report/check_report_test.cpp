// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/report/check_report.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <string>

using namespace sase::authorize;
using sase::protocol::AuthError;
using sase::protocol::CheckId;
using sase::protocol::CheckState;
using sase::protocol::ErrorKind;

namespace {

AuthError hung_up() {
  return {.kind = ErrorKind::unreachable, .what = "it hung up", .hint = "try again", .retry_after = {}};
}

}  // namespace

TEST_CASE("what was not taken down is untried, but for the link that broke", "[authorize][link_report]") {
  CheckReport report;
  report.holds(CheckId::name, "found");
  report.holds(CheckId::tcp, "answers");

  const auto checks = report.complete(hung_up(), CheckId::tls);
  REQUIRE(checks.size() == 7);
  for (std::size_t i = 0; i < checks.size(); ++i)
    CHECK(checks[i].name == static_cast<CheckId>(i));
  CHECK(checks[0].what == "found");
  CHECK(checks[1].state == CheckState::ok);
  CHECK(checks[2].state == CheckState::untried);
  CHECK(checks[3].state == CheckState::broken);
  CHECK(checks[3].kind == ErrorKind::unreachable);
  CHECK(checks[3].what == "it hung up");
  CHECK(checks[3].remedy == "try again");
  CHECK(checks[6].state == CheckState::untried);
}

TEST_CASE("a second try of a link changes nothing", "[authorize][link_report]") {
  CheckReport report;
  report.holds(CheckId::tcp, "first");
  report.holds(CheckId::name, "late");
  report.holds(CheckId::tcp, "second");

  const auto checks = report.complete("not tried");
  CHECK(checks[0].what == "not tried");
  CHECK(checks[1].what == "first");
}

TEST_CASE("what the other end has shown stands beside the reason", "[authorize][link_report]") {
  CheckReport report;
  report.presented("a certificate for 'else\x1b[31m'");
  const auto checks = report.complete(hung_up(), CheckId::tls);
  CHECK(checks[3].what == "it hung up; presented: a certificate for 'else\\x1b[31m'");
}

TEST_CASE("words are printable and bounded, whatever they are made of", "[authorize][link_report]") {
  CheckReport report;
  report.warns(CheckId::tls, std::string(5000, '\n'), std::string(5000, 'x'));
  const auto checks = report.complete("not tried");
  for (const std::string& words : {checks[3].what, checks[3].remedy}) {
    CHECK(words.size() <= longest_check_text);
    CHECK(std::ranges::all_of(words, [](char c) { return c >= 0x20 && c < 0x7f; }));
  }
}

TEST_CASE("a token is kept once and taken once", "[authorize][link_report]") {
  using sase::protocol::BearerToken;
  using sase::protocol::Secret;
  CheckReport report;
  CHECK_FALSE(report.take_token_response());
  report.keep({.token = BearerToken(Secret("a.token")), .lifetime = std::chrono::seconds(60)});
  const auto token_response = report.take_token_response();
  REQUIRE(token_response);
  CHECK(token_response->token.reveal() == "a.token");
  CHECK_FALSE(report.take_token_response());
}
