// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/rules.hpp"
#include "tests/support/call_context.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace sase::rate_limit {

namespace {

using namespace std::chrono_literals;
using tests::call_at;
using tests::then;
using tests::tick;

void success(RequestLog& log, BootTime at) { record_success(log, {.at = at, .lifetime = 3600s}); }

/// One whose last tokens have been rejected at once, so many times in a row; the last of them `then`.
RequestLog struck(unsigned consecutive_rejections) {
  RequestLog log;
  log.success = LastSuccess{.at = then - 1s, .lifetime = 3600s, .after_erase = true};
  log.consecutive_rejections = consecutive_rejections - 1;
  record_erase(log, then);
  return log;
}

/// How long no token is asked for from `now`, by its own words.
std::chrono::milliseconds pause_at(const RequestLog& log, BootTime now) {
  const auto auth_error = why_blocked(log, call_at(now));
  return auth_error ? tests::promised_wait(auth_error->hint) : 0s;
}

}  // namespace

TEST_CASE("allows one new token after a rejection", "[rate_limit_rules]") {
  RequestLog log;
  success(log, then);

  record_erase(log, then + 1s);

  CHECK_FALSE(why_blocked(log, call_at(then + 1s)));
}

TEST_CASE("doubles the pause with each token that is rejected soon", "[rate_limit_rules]") {
  RequestLog log;
  BootTime now = then;
  success(log, now);
  record_erase(log, now);

  for (const std::chrono::milliseconds pause :
       std::vector<std::chrono::milliseconds>{1min, 2min, 4min, 8min, 15min, 15min, 15min}) {
    success(log, now);
    now += 10s;
    record_erase(log, now);

    CHECK(log.paused_until == now + pause);
    CHECK(pause_at(log, now) == pause);
    CHECK(why_blocked(log, call_at(now + pause - tick)));
    now += pause;
    CHECK_FALSE(why_blocked(log, call_at(now)));
  }
}

TEST_CASE("limits the pause to 15 minutes", "[rate_limit_rules]") {
  const auto consecutive_rejections = GENERATE(5U, 32U, 33U, 64U, 65U, 1000U);

  CHECK(struck(consecutive_rejections).paused_until == then + 15min);
}

TEST_CASE("counts a rejection within 5 minutes of the success", "[rate_limit_rules]") {
  struct Row {
    const char* name;
    std::chrono::milliseconds later;
    unsigned consecutive_rejections;
  };
  const auto row = GENERATE(values<Row>({
      {"at once", 0s, 3},
      {"in the fifth minute", 5min - 1ms, 3},
      {"after five minutes", 5min, 0},
      {"much later", 2h, 0},
  }));

  DYNAMIC_SECTION(row.name) {
    RequestLog log;
    log.consecutive_rejections = 2;
    log.success = LastSuccess{.at = then, .lifetime = 3600s, .after_erase = true};

    record_erase(log, then + row.later);

    CHECK(log.consecutive_rejections == row.consecutive_rejections);
    CHECK(why_blocked(log, call_at(then + row.later)).has_value() == (row.consecutive_rejections > 0));
    CHECK(log.erased);
  }
}

TEST_CASE("resets the count after a token that lasted", "[rate_limit_rules]") {
  RequestLog log = struck(4);
  success(log, then + 1h);
  record_erase(log, then + 2h);
  success(log, then + 2h);

  record_erase(log, then + 2h);

  CHECK(log.paused_until == then + 2h + 1min);
}

TEST_CASE("does not count a rejection if the token before it was good", "[rate_limit_rules]") {
  RequestLog log;
  SECTION("it was the first") { success(log, then); }
  SECTION("it was refreshed in time") {
    log = struck(2);
    success(log, then + 2min);
    record_success(log, {.at = then + 3min, .lifetime = 3600s, .was_refresh = true});
  }
  SECTION("nothing is known of it") {}

  record_erase(log, then + 3min);

  CHECK(log.consecutive_rejections == 0);
  CHECK_FALSE(why_blocked(log, call_at(then + 3min)));
}

TEST_CASE("keeps the count across a failed request", "[rate_limit_rules]") {
  RequestLog log = struck(1);
  record_failure(
      log, {.kind = protocol::ErrorKind::unreachable, .what = "no connection", .hint = "", .retry_after = {}},
      "network", then + 1min);
  success(log, then + 2min);

  record_erase(log, then + 3min);

  CHECK(log.consecutive_rejections == 2);
}

TEST_CASE("ignores a pause beyond the maximum", "[rate_limit_rules]") {
  RequestLog log;

  log.paused_until = then + 15min;
  CHECK(why_blocked(log, call_at(then)));
  log.paused_until = then + 15min + tick;
  CHECK_FALSE(why_blocked(log, call_at(then)));
  log.paused_until = BootTime::max();
  CHECK_FALSE(why_blocked(log, call_at(then)));
}

TEST_CASE("explains a pause with reason, duration and hint", "[rate_limit_rules]") {
  struct Row {
    const char* name;
    unsigned consecutive_rejections;
    std::chrono::milliseconds later;
    std::string count, wait;
  };
  const auto row = GENERATE(values<Row>({
      {"the first pause", 1, 0s, "2", "1m"},
      {"a moment later", 1, 1ms, "2", "1m"},
      {"a second later", 1, 1s, "2", "59s"},
      {"at its end", 1, 60s - 1ms, "2", "1s"},
      {"the second pause", 2, 0s, "3", "2m"},
      {"a while into it", 2, 30s, "3", "90s"},
      {"the longest pause", 9, 1ms, "10", "15m"},
  }));

  DYNAMIC_SECTION(row.name) {
    const auto auth_error =
        why_blocked(struck(row.consecutive_rejections), call_at(then + row.later)).value();

    CHECK(auth_error.what == "no new token is asked for: the last " + row.count +
                                 " were rejected soon after they had been given out");
    CHECK(auth_error.hint ==
          "try again in " + row.wait + "; check the key's permissions, and that region and api are right");
    CHECK(auth_error.kind == protocol::ErrorKind::rate_limited);
    tests::check_error(auth_error);
  }
}

TEST_CASE("pauses whatever the network settings are", "[rate_limit_rules]") {
  CallContext call = call_at(then + 1s);
  call.network_fingerprint = "another network";

  CHECK(why_blocked(struck(1), call));
}

TEST_CASE("in a fleet, only a token that this host has requested counts for the pause",
          "[rate_limit_rules]") {
  using namespace std::chrono_literals;
  const BootTime now(1h);
  RequestLog log;
  log.erased = true;
  record_success(log, {.at = now, .lifetime = 1h, .tag = "own"});

  RequestLog other = log;
  record_erase(other, now, "another");
  CHECK(other.consecutive_rejections == 0);
  record_erase(log, now, "own");
  CHECK(log.consecutive_rejections == 1);
  CHECK(log.fleet.rejected_tags == std::vector<std::string>{"own"});
}

TEST_CASE("the last four rejected tokens are remembered", "[rate_limit_rules]") {
  RequestLog log;
  for (const char* const tag : {"1", "2", "3", "4", "4", "5"})
    record_erase(log, BootTime{}, tag);

  CHECK(log.fleet.rejected_tags == std::vector<std::string>{"2", "3", "4", "5"});
}

TEST_CASE("an unavailable store is not contacted for 30 seconds, plus or minus a quarter",
          "[rate_limit_rules]") {
  using namespace std::chrono_literals;
  const BootTime now(1h);
  RequestLog log;
  CHECK_FALSE(is_fleet_paused(log, now));
  record_fleet_failure(log, "no leader", now, 0);
  CHECK(is_fleet_paused(log, now + 22s));
  CHECK_FALSE(is_fleet_paused(log, now + 23s));

  record_fleet_failure(log, std::string(96, 'x') + "\xc3\xa4 and more", now + 23s, 0.999);
  CHECK(log.fleet.unavailable_since == now);
  CHECK(is_fleet_paused(log, now + 60s));
  CHECK(log.fleet.error == std::string(96, 'x') + "...");
  record_fleet_use(log, FleetUse::fallback, now + 61s);
  CHECK(log.fleet.unavailable_since);
  record_fleet_use(log, FleetUse::hit, now + 62s);
  CHECK_FALSE(log.fleet.unavailable_since);
}

TEST_CASE("an outage is another one if the store was not asked for five minutes in between",
          "[rate_limit_rules]") {
  using namespace std::chrono_literals;
  const BootTime now(1h);
  RequestLog log;
  record_fleet_failure(log, "no leader", now, 0.5);
  record_fleet_failure(log, "no leader", now + 329s, 0.5);
  CHECK(log.fleet.unavailable_since == now);

  record_fleet_failure(log, "no leader", now + 50min, 0.5);
  CHECK(log.fleet.unavailable_since == now + 50min);
}

}  // namespace sase::rate_limit
