// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/rules.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/questions.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace sase::helper {

namespace {

using namespace std::chrono_literals;
using tests::question_at;
using tests::then;
using tests::tick;

void grant(History& history, Instant at) {
  note_grant(history, 3600s, false, false, at);
}

/// One whose last tokens have been rejected at once, so many times in a row; the last of them `then`.
History struck(unsigned strikes) {
  History history;
  history.grant = PastGrant{.at = then - 1s, .lifetime = 3600s, .after_erase = true};
  history.strikes = strikes - 1;
  note_erase(history, then);
  return history;
}

/// How long no token is asked for from `now`, by its own words.
Instant pause_at(const History& history, Instant now) {
  const auto told = reason_to_spare(history, question_at(now));
  return told ? tests::promised_wait(told->hint) : 0s;
}

}  // namespace

TEST_CASE("after a rejection one new token is asked for", "[sparing]") {
  History history;
  grant(history, then);

  note_erase(history, then + 1s);

  CHECK_FALSE(reason_to_spare(history, question_at(then + 1s)));
}

TEST_CASE("each new token that is rejected at once makes the pause longer", "[sparing]") {
  History history;
  Instant now = then;
  grant(history, now);
  note_erase(history, now);

  for (const Instant pause : std::vector<Instant>{1min, 2min, 4min, 8min, 15min, 15min, 15min}) {
    grant(history, now);
    now += 10s;
    note_erase(history, now);

    CHECK(history.paused_until == now + pause);
    CHECK(pause_at(history, now) == pause);
    CHECK(reason_to_spare(history, question_at(now + pause - tick)));
    now += pause;
    CHECK_FALSE(reason_to_spare(history, question_at(now)));
  }
}

TEST_CASE("however often tokens are rejected, the pause is bounded", "[sparing]") {
  const auto strikes = GENERATE(5U, 32U, 33U, 64U, 65U, 1000U);

  CHECK(struck(strikes).paused_until == then + 15min);
}

TEST_CASE("a rejection is a strike within five minutes of the grant", "[sparing]") {
  struct Row {
    const char* name;
    Instant later;
    unsigned strikes;
  };
  const auto row = GENERATE(values<Row>({
      {"at once", 0s, 3},
      {"in the fifth minute", 5min - 1ms, 3},
      {"after five minutes", 5min, 0},
      {"much later", 2h, 0},
  }));

  DYNAMIC_SECTION(row.name) {
    History history;
    history.strikes = 2;
    history.grant = PastGrant{.at = then, .lifetime = 3600s, .after_erase = true};

    note_erase(history, then + row.later);

    CHECK(history.strikes == row.strikes);
    CHECK(reason_to_spare(history, question_at(then + row.later)).has_value() == (row.strikes > 0));
    CHECK(history.erased);
  }
}

TEST_CASE("a token that lasted ends the row of strikes", "[sparing]") {
  History history = struck(4);
  grant(history, then + 1h);
  note_erase(history, then + 2h);
  grant(history, then + 2h);

  note_erase(history, then + 2h);

  CHECK(history.paused_until == then + 2h + 1min);
}

TEST_CASE("a rejection is no strike where the token before it was not rejected", "[sparing]") {
  History history;
  SECTION("it was the first") {
    grant(history, then);
  }
  SECTION("it was renewed in time") {
    history = struck(2);
    grant(history, then + 2min);
    note_grant(history, 3600s, false, true, then + 3min);
  }
  SECTION("nothing is known of it") {}

  note_erase(history, then + 3min);

  CHECK(history.strikes == 0);
  CHECK_FALSE(reason_to_spare(history, question_at(then + 3min)));
}

TEST_CASE("a failure between rejection and grant takes nothing of the strikes", "[sparing]") {
  History history = struck(1);
  note_failure(
      history,
      {.denial = protocol::Denial::unreachable, .what = "no connection", .hint = "", .retry_after = {}},
      "route", then + 1min);
  grant(history, then + 2min);

  note_erase(history, then + 3min);

  CHECK(history.strikes == 2);
}

TEST_CASE("a pause that is longer than any can be is none", "[sparing]") {
  History history;

  history.paused_until = then + 15min;
  CHECK(reason_to_spare(history, question_at(then)));
  history.paused_until = then + 15min + tick;
  CHECK_FALSE(reason_to_spare(history, question_at(then)));
  history.paused_until = Instant::max();
  CHECK_FALSE(reason_to_spare(history, question_at(then)));
}

TEST_CASE("while it pauses a call is told why, for how long and what to look at", "[sparing]") {
  struct Row {
    const char* name;
    unsigned strikes;
    Instant later;
    std::string count, wait;
  };
  const auto row = GENERATE(values<Row>({
      {"the first pause", 1, 0s, "2", "60s"},
      {"a moment later", 1, 1ms, "2", "60s"},
      {"a second later", 1, 1s, "2", "59s"},
      {"at its end", 1, 60s - 1ms, "2", "1s"},
      {"the second pause", 2, 0s, "3", "2m"},
      {"a while into it", 2, 30s, "3", "90s"},
      {"the longest pause", 9, 1ms, "10", "15m"},
  }));

  DYNAMIC_SECTION(row.name) {
    const auto told = reason_to_spare(struck(row.strikes), question_at(then + row.later)).value();

    CHECK(told.what == "no new token is asked for: the last " + row.count +
                           " were rejected soon after they had been given out");
    CHECK(told.hint ==
          "try again in " + row.wait + "; check the key's permissions, and that region and api are right");
    CHECK(told.denial == protocol::Denial::rate_limited);
    CHECK(told.transient);
    tests::check_words(told);
  }
}

TEST_CASE("the pause holds on every way to the service", "[sparing]") {
  Question question = question_at(then + 1s);
  question.route = "another route";

  CHECK(reason_to_spare(struck(1), question));
}

}  // namespace sase::helper
