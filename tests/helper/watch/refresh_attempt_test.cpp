// SPDX-License-Identifier: Apache-2.0
#include "helper/watch/refresh_attempt.hpp"

#include "protocol/protocol_error.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <string>

namespace sase::watch {

namespace {

using namespace std::chrono_literals;

PublishedToken a_token() {
  return {
      .name = "0123abcd",
      .mark = {.device = 0xFFFF'FFFF'0001U, .number = 42, .written = {.tv_sec = 1795540000, .tv_nsec = 999}},
      .left = 3599s,
      .ahead = 900s,
      .is_due_for_refresh = true};
}

}  // namespace

TEST_CASE("a round reads as it was written", "[round]") {
  const RefreshAttempt round = RefreshAttempt::parse(RefreshAttempt{
      .token = a_token(), .trouble = Failure(ExitCode::unreachable, "no answer = none", "try later")}
                                                         .write());

  REQUIRE(round.token);
  CHECK(round.token->name == "0123abcd");
  CHECK(round.token->mark == a_token().mark);
  CHECK(round.token->left == 3599s);
  CHECK(round.token->ahead == 900s);
  CHECK(round.token->is_due_for_refresh);
  REQUIRE(round.trouble);
  CHECK(round.trouble->code == ExitCode::unreachable);
  CHECK(round.trouble->what() == std::string("no answer = none"));
  CHECK(round.trouble->hint == "try later");
}

TEST_CASE("a round has a token, or trouble", "[round]") {
  const RefreshAttempt good =
      RefreshAttempt::parse(RefreshAttempt{.token = a_token(), .trouble = {}}.write());
  CHECK(good.token);
  CHECK_FALSE(good.trouble);

  const RefreshAttempt bad = RefreshAttempt::parse(
      RefreshAttempt{.token = {}, .trouble = Failure(ExitCode::rejected, "no")}.write());
  CHECK_FALSE(bad.token);
  REQUIRE(bad.trouble);
  CHECK(bad.trouble->hint.empty());
}

TEST_CASE("what is no round is refused", "[round]") {
  for (const char* const text : {"", "left=1\n", "token=x\n", "code=many\nwhat=x\nhint=\n", "nothing"}) {
    INFO(text);
    CHECK_THROWS_AS(RefreshAttempt::parse(text), protocol::ProtocolError);
  }
}

}  // namespace sase::watch
