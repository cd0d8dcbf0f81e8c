// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/rules.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/questions.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace sase::helper {

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using tests::question_at;
using tests::then;
using tests::tick;

constexpr seconds refresh_ahead = 15min;

History granted(seconds lifetime, bool too_short, bool ahead) {
  History history;
  note_grant(history, lifetime, too_short, ahead, then);
  return history;
}

History failed(protocol::Denial denial) {
  History history;
  note_failure(history, {.denial = denial, .what = "what happened", .hint = "", .retry_after = {}},
               "another route", then);
  return history;
}

Question wanting(seconds min_ttl, Instant now) {
  Question question = question_at(now);
  question.min_ttl = min_ttl;
  return question;
}

}  // namespace

TEST_CASE("tokens that live for too short a time are not asked for again and again", "[sparing]") {
  struct Row {
    const char* name;
    seconds lifetime, min_ttl;
    bool too_short;
    Instant later;
    bool spared;
  };
  const auto row = GENERATE(values<Row>({
      {"at once", 600s, 900s, true, 0s, true},
      {"a second too short", 899s, 900s, true, 0s, true},
      {"too short by the time it is here", 900s, 900s, true, 0s, true},
      {"long enough for this call", 901s, 900s, true, 0s, false},
      {"longer than this call needs", 600s, 60s, true, 0s, false},
      {"too short for this call, but not for the one that asked", 600s, 900s, false, 0s, false},
      {"in the fifth minute", 600s, 900s, true, 5min - 1ms, true},
      {"after five minutes", 600s, 900s, true, 5min, false},
  }));

  DYNAMIC_SECTION(row.name) {
    const History history = granted(row.lifetime, row.too_short, false);

    CHECK(reason_to_spare(history, wanting(row.min_ttl, then + row.later)).has_value() == row.spared);
  }
}

TEST_CASE("a renewal that began and came to no end is not repeated for a minute", "[sparing]") {
  History history;
  note_renewal(history, then);

  CHECK_FALSE(may_renew(history, question_at(then + 1min - tick), 900s));
  CHECK(may_renew(history, question_at(then + 1min), 900s));
  CHECK_FALSE(reason_to_spare(history, question_at(then + 1s)));
  note_grant(history, 3600s, false, true, then + 1s);
  CHECK(may_renew(history, question_at(then + 2s), 900s));
}

TEST_CASE("whoever wants a longer life than there is hears both", "[sparing]") {
  const auto told = reason_to_spare(granted(599s, true, false), wanting(900s, then + 1s)).value();

  CHECK(told.what == "the service's new token lives 599s, less than min-ttl 15m");
  CHECK(told.hint == "lower 'min-ttl'");
  CHECK(told.denial == protocol::Denial::nonsense);
  CHECK_FALSE(told.transient);
  tests::check_words(told);
  CHECK(too_short(599s, 900s).what == told.what);
}

TEST_CASE("what is noted of a grant is what it was", "[sparing]") {
  History history;
  note_grant(history, 10s, true, false, then);

  CHECK(history.grant->at == then);
  CHECK(history.grant->lifetime == 10s);
  CHECK(history.grant->too_short);
  CHECK_FALSE(history.grant->ahead);
  CHECK_FALSE(history.grant->after_erase);

  history.erased = true;
  note_grant(history, 20s, false, true, then + 1s);

  CHECK(history.grant->at == then + 1s);
  CHECK(history.grant->lifetime == 20s);
  CHECK_FALSE(history.grant->too_short);
  CHECK(history.grant->ahead);
  CHECK(history.grant->after_erase);
  CHECK_FALSE(history.erased);
}

TEST_CASE("a good token is renewed where nothing speaks against it", "[sparing]") {
  CHECK(may_renew(History{}, question_at(then), refresh_ahead));
  CHECK(may_renew(granted(3600s, false, false), question_at(then), refresh_ahead));
  CHECK(may_renew(granted(3600s, false, true), question_at(then), refresh_ahead));
}

TEST_CASE("a renewal that came to nothing is not repeated for a minute", "[sparing]") {
  const auto denial = GENERATE(protocol::Denial::unreachable, protocol::Denial::nonsense,
                               protocol::Denial::misconfigured, protocol::Denial::rate_limited);
  const History history = failed(denial);

  CHECK_FALSE(may_renew(history, question_at(then + tick), refresh_ahead));
  CHECK_FALSE(may_renew(history, question_at(then + 60s - tick), refresh_ahead));
  CHECK(may_renew(history, question_at(then + 60s), refresh_ahead));
}

TEST_CASE("what spares the service from a call spares it from a renewal", "[sparing]") {
  SECTION("a refused key") {
    CHECK_FALSE(may_renew(failed(protocol::Denial::refused), question_at(then + 299s), refresh_ahead));
    CHECK(may_renew(failed(protocol::Denial::refused), question_at(then + 300s), refresh_ahead));
  }
  SECTION("the guard") {
    History history;
    history.requests.assign(5, then);
    CHECK_FALSE(may_renew(history, question_at(then + 59s), refresh_ahead));
    CHECK(may_renew(history, question_at(then + 60s), refresh_ahead));
  }
  SECTION("rejected tokens") {
    History history;
    history.paused_until = then + 1min;
    CHECK_FALSE(may_renew(history, question_at(then), refresh_ahead));
    CHECK(may_renew(history, question_at(then + 1min), refresh_ahead));
  }
  SECTION("tokens that live for too short a time") {
    const History history = granted(30s, true, false);
    CHECK_FALSE(may_renew(history, question_at(then), refresh_ahead));
    CHECK(may_renew(history, question_at(then + 5min), refresh_ahead));
  }
}

TEST_CASE("where no token ever lives beyond refresh-ahead it is renewed at half its life", "[sparing]") {
  struct Row {
    const char* name;
    seconds lifetime;
    bool ahead;
    Instant later;
    bool may;
  };
  const auto row = GENERATE(values<Row>({
      {"right after a renewal", 600s, true, 0s, false},
      {"before half its life", 600s, true, 300s - 1ms, false},
      {"at half its life", 600s, true, 300s, true},
      {"an odd life, before its half", 601s, true, 300'499ms, false},
      {"an odd life, at its half", 601s, true, 300'500ms, true},
      {"exactly refresh-ahead, before half its life", 900s, true, 449s, false},
      {"a second beyond refresh-ahead", 901s, true, 1s, true},
      {"not renewed yet", 600s, false, 0s, true},
      {"no life at all", 0s, true, 0s, true},
  }));

  DYNAMIC_SECTION(row.name) {
    const History history = granted(row.lifetime, false, row.ahead);

    CHECK(may_renew(history, question_at(then + row.later), refresh_ahead) == row.may);
  }
}

TEST_CASE("a life beyond all numbers does no harm", "[sparing]") {
  const History history = granted(seconds::max(), true, true);

  CHECK(may_renew(history, question_at(then), refresh_ahead));
  CHECK_FALSE(reason_to_spare(history, question_at(then)));
}

TEST_CASE("of several reasons the one that a person can act upon is told first", "[sparing]") {
  History history = granted(30s, true, false);
  history.requests.assign(5, then);
  CHECK(reason_to_spare(history, question_at(then))->hint == "lower 'min-ttl'");

  history.paused_until = then + 1min;
  CHECK(tests::contains(reason_to_spare(history, question_at(then))->what, "rejected"));

  history.failure = failed(protocol::Denial::refused).failure;
  CHECK(tests::contains(reason_to_spare(history, question_at(then + 1s))->what, "what happened"));
}

}  // namespace sase::helper
