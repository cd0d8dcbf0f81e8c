// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/rules.hpp"
#include "tests/support/call_context.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace sase::rate_limit {

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using tests::call_at;
using tests::then;
using tests::tick;

constexpr seconds refresh_ahead = 15min;

RequestLog token_response(seconds lifetime, bool too_short, bool ahead) {
  RequestLog log;
  record_success(log, {.at = then, .lifetime = lifetime, .too_short = too_short, .was_refresh = ahead});
  return log;
}

RequestLog failed(protocol::ErrorKind kind) {
  RequestLog log;
  record_failure(log, {.kind = kind, .what = "what happened", .hint = "", .retry_after = {}},
                 "another network", then);
  return log;
}

CallContext wanting(seconds min_ttl, BootTime now) {
  CallContext call = call_at(now);
  call.min_ttl = min_ttl;
  return call;
}

}  // namespace

TEST_CASE("blocks requests after a token with too short a lifetime", "[rate_limit_rules]") {
  struct Row {
    const char* name;
    seconds lifetime, min_ttl;
    bool too_short;
    std::chrono::milliseconds later;
    bool blocked;
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
    const RequestLog log = token_response(row.lifetime, row.too_short, false);

    CHECK(why_blocked(log, wanting(row.min_ttl, then + row.later)).has_value() == row.blocked);
  }
}

TEST_CASE("does not repeat an unfinished refresh for a minute", "[rate_limit_rules]") {
  RequestLog log;
  log.refresh_started = then;

  CHECK_FALSE(may_refresh(log, call_at(then + 1min - tick), 900s));
  CHECK(may_refresh(log, call_at(then + 1min), 900s));
  CHECK_FALSE(why_blocked(log, call_at(then + 1s)));
  record_success(log, {.at = then + 1s, .lifetime = 3600s});
  CHECK(may_refresh(log, call_at(then + 2s), 900s));
}

TEST_CASE("states both durations if the lifetime is below min-ttl", "[rate_limit_rules]") {
  const auto auth_error = why_blocked(token_response(599s, true, false), wanting(900s, then + 1s)).value();

  CHECK(auth_error.what == "the service's new token lives 599s, less than min-ttl 15m");
  CHECK(auth_error.hint == "lower 'min-ttl'");
  CHECK(auth_error.kind == protocol::ErrorKind::invalid_response);
  tests::check_error(auth_error);
  CHECK(too_short(599s, 900s).what == auth_error.what);
}

TEST_CASE("records each property of a success", "[rate_limit_rules]") {
  RequestLog log;
  record_success(log, {.at = then, .lifetime = 10s, .too_short = true});

  CHECK(log.success->at == then);
  CHECK(log.success->lifetime == 10s);
  CHECK(log.success->too_short);
  CHECK_FALSE(log.success->was_refresh);
  CHECK_FALSE(log.success->after_erase);

  log.erased = true;
  record_success(log, {.at = then + 1s, .lifetime = 20s, .was_refresh = true});

  CHECK(log.success->at == then + 1s);
  CHECK(log.success->lifetime == 20s);
  CHECK_FALSE(log.success->too_short);
  CHECK(log.success->was_refresh);
  CHECK(log.success->after_erase);
  CHECK_FALSE(log.erased);
}

TEST_CASE("allows a refresh by default", "[rate_limit_rules]") {
  CHECK(may_refresh(RequestLog{}, call_at(then), refresh_ahead));
  CHECK(may_refresh(token_response(3600s, false, false), call_at(then), refresh_ahead));
  CHECK(may_refresh(token_response(3600s, false, true), call_at(then + 1min), refresh_ahead));
}

TEST_CASE("does not repeat a failed refresh for a minute", "[rate_limit_rules]") {
  const auto kind = GENERATE(protocol::ErrorKind::unreachable, protocol::ErrorKind::invalid_response,
                             protocol::ErrorKind::misconfigured, protocol::ErrorKind::rate_limited);
  const RequestLog log = failed(kind);

  CHECK_FALSE(may_refresh(log, call_at(then + tick), refresh_ahead));
  CHECK_FALSE(may_refresh(log, call_at(then + 60s - tick), refresh_ahead));
  CHECK(may_refresh(log, call_at(then + 60s), refresh_ahead));
}

TEST_CASE("blocks a refresh whenever a request is blocked", "[rate_limit_rules]") {
  SECTION("a rejected key") {
    CHECK_FALSE(may_refresh(failed(protocol::ErrorKind::rejected), call_at(then + 299s), refresh_ahead));
    CHECK(may_refresh(failed(protocol::ErrorKind::rejected), call_at(then + 300s), refresh_ahead));
  }
  SECTION("the rate limit") {
    RequestLog log;
    log.requests.assign(5, then);
    CHECK_FALSE(may_refresh(log, call_at(then + 59s), refresh_ahead));
    CHECK(may_refresh(log, call_at(then + 60s), refresh_ahead));
  }
  SECTION("rejected tokens") {
    RequestLog log;
    log.paused_until = then + 1min;
    CHECK_FALSE(may_refresh(log, call_at(then), refresh_ahead));
    CHECK(may_refresh(log, call_at(then + 1min), refresh_ahead));
  }
  SECTION("tokens that live for too short a time") {
    const RequestLog log = token_response(30s, true, false);
    CHECK_FALSE(may_refresh(log, call_at(then), refresh_ahead));
    CHECK(may_refresh(log, call_at(then + 5min), refresh_ahead));
  }
}

TEST_CASE("refreshes at half of the lifetime if it is below refresh-ahead", "[rate_limit_rules]") {
  struct Row {
    const char* name;
    seconds lifetime;
    bool ahead;
    std::chrono::milliseconds later;
    bool may;
  };
  const auto row = GENERATE(values<Row>({
      {"right after a refresh", 600s, true, 0s, false},
      {"before half its life", 600s, true, 300s - 1ms, false},
      {"at half its life", 600s, true, 300s, true},
      {"an odd life, before its half", 601s, true, 300'499ms, false},
      {"an odd life, at its half", 601s, true, 300'500ms, true},
      {"exactly refresh-ahead, before half its life", 900s, true, 449s, false},
      {"a second beyond refresh-ahead, its token was not stored", 901s, true, 60s - 1ms, false},
      {"a second beyond refresh-ahead, a minute later", 901s, true, 60s, true},
      {"not refreshed yet", 600s, false, 0s, true},
      {"no life at all", 0s, true, 0s, true},
  }));

  DYNAMIC_SECTION(row.name) {
    const RequestLog log = token_response(row.lifetime, false, row.ahead);

    CHECK(may_refresh(log, call_at(then + row.later), refresh_ahead) == row.may);
  }
}

TEST_CASE("tolerates the largest lifetime", "[rate_limit_rules]") {
  const RequestLog log = token_response(seconds::max(), true, true);

  CHECK_FALSE(may_refresh(log, call_at(then), refresh_ahead));
  CHECK_FALSE(why_blocked(log, call_at(then)));
}

TEST_CASE("sends no request after a wait that leaves too little time", "[rate_limit_rules]") {
  CallContext call = call_at(then);
  const auto blocked_at = [&call](BootTime now, BootTime deadline) {
    call.now = now;
    call.deadline = deadline;
    return why_blocked(RequestLog{}, call).has_value();
  };

  CHECK_FALSE(blocked_at(then, then + 10s));
  CHECK_FALSE(blocked_at(then + 9500ms, then + 10s));
  CHECK(blocked_at(then + 9501ms, then + 10s));
  CHECK_FALSE(blocked_at(then + 750ms, then + 1s));
  CHECK(blocked_at(then + 751ms, then + 1s));
  CHECK_FALSE(blocked_at(then, then));
}

TEST_CASE("reports the most actionable of several reasons", "[rate_limit_rules]") {
  RequestLog log = token_response(30s, true, false);
  log.requests.assign(5, then);
  CHECK(why_blocked(log, call_at(then))->hint == "lower 'min-ttl'");

  log.paused_until = then + 1min;
  CHECK(tests::contains(why_blocked(log, call_at(then))->what, "rejected"));

  log.failure = failed(protocol::ErrorKind::rejected).failure;
  CHECK(tests::contains(why_blocked(log, call_at(then + 1s))->what, "what happened"));
}

}  // namespace sase::rate_limit
