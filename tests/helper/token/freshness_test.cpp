// SPDX-License-Identifier: Apache-2.0
#include "helper/token/freshness.hpp"

#include "tests/support/catch.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

constexpr BootTime now{1000s};

RefreshSchedule renewed(std::chrono::seconds left, std::chrono::seconds ahead, double jitter = 0) {
  RefreshSchedule schedule;
  schedule.renewed(now, left, ahead, jitter);
  return schedule;
}

std::chrono::milliseconds compute_wait(const RefreshSchedule& schedule) { return schedule.next() - now; }

}  // namespace

TEST_CASE("judges a token by the time that is left", "[freshness]") {
  struct Row {
    const char* name;
    seconds left, min_ttl, refresh_ahead;
    Freshness expected;
  };
  const auto row = GENERATE(values<Row>({
      {"a new token", 3600s, 60s, 900s, Freshness::fresh},
      {"longer than any token lives", 3601s, 60s, 900s, Freshness::stale},
      {"the last second of being fresh", 900s, 60s, 900s, Freshness::fresh},
      {"the first second of being due", 899s, 60s, 900s, Freshness::due_for_refresh},
      {"exactly min-ttl", 60s, 60s, 900s, Freshness::due_for_refresh},
      {"less than min-ttl", 59s, 60s, 900s, Freshness::stale},
      {"one second left, without a min-ttl", 1s, 0s, 900s, Freshness::due_for_refresh},
      {"expired now, without a min-ttl", 0s, 0s, 900s, Freshness::stale},
      {"expired, without a min-ttl", -1s, 0s, 900s, Freshness::stale},
      {"no refresh-ahead", 1s, 0s, 0s, Freshness::fresh},
      {"the longest refresh-ahead", 3600s, 60s, 3601s, Freshness::due_for_refresh},
      {"a min-ttl beyond refresh-ahead", 1000s, 1000s, 900s, Freshness::fresh},
      {"less than that min-ttl", 999s, 1000s, 900s, Freshness::stale},
      {"the longest min-ttl", 3600s, 3600s, 900s, Freshness::fresh},
  }));

  DYNAMIC_SECTION(row.name) { CHECK(judge(row.left, row.min_ttl, row.refresh_ahead) == row.expected); }
}

TEST_CASE("refreshes a token with refresh-ahead left, but not before 5 minutes or half of its lifetime",
          "[refresh_schedule]") {
  struct Row {
    std::string name;
    std::chrono::seconds left, ahead;
    std::chrono::milliseconds wait;
  };
  const auto row = GENERATE(values<Row>({
      {"an hour", 60min, 15min, 45min},
      {"a long refresh-ahead", 60min, 46min, 14min},
      {"due at once", 60min, 60min, 5min},
      {"a cached token", 20min, 15min, 5min},
      {"due already", 10min, 15min, 5min},
      {"a lifetime of seconds", 8s, 15min, 4s},
      {"one second left", 1s, 15min, 1s},
      {"an expired token", 0s, 15min, 1s},
  }));

  DYNAMIC_SECTION(row.name) { CHECK(compute_wait(renewed(row.left, row.ahead)) == row.wait); }
}

TEST_CASE("spreads processes that started together by at most a minute", "[refresh_schedule]") {
  CHECK(compute_wait(renewed(60min, 15min, 0.999)) > 45min + 59s);
  CHECK(compute_wait(renewed(60min, 15min, 0.999)) < 46min);
  CHECK(compute_wait(renewed(8s, 15min, 0.999)) < 4400ms);
}

TEST_CASE("a token ends one second before its expiry", "[refresh_schedule]") {
  CHECK_FALSE(RefreshSchedule().end());
  CHECK(renewed(8s, 15min).end() == now + 7s);
}

TEST_CASE("doubles the pause after each failure, with jitter, from one second to one minute",
          "[refresh_schedule]") {
  RefreshSchedule low, high;
  for (const auto& [least, most] :
       {std::pair{1s, 2s}, {2s, 4s}, {4s, 8s}, {8s, 16s}, {16s, 32s}, {30s, 60s}}) {
    low.failed(now, 0);
    high.failed(now, 0.9999);
    CHECK(compute_wait(low) == least);
    CHECK(compute_wait(high) > most - 10ms);
    CHECK(compute_wait(high) <= most);
  }
  for (int i = 0; i < 100; ++i)
    high.failed(now, 0.9999);
  CHECK(compute_wait(high) <= 60s);
}

TEST_CASE("a success resets the pause", "[refresh_schedule]") {
  RefreshSchedule schedule;
  for (int i = 0; i < 5; ++i)
    schedule.failed(now, 0);
  schedule.renewed(now, 60min, 15min, 0);

  schedule.failed(now, 0);

  CHECK(compute_wait(schedule) == 1s);
}

TEST_CASE("attempts a refresh ten seconds before the old token ends, and when it ends",
          "[refresh_schedule]") {
  RefreshSchedule schedule = renewed(60min, 15min);
  const BootTime end = *schedule.end();
  for (int i = 0; i < 10; ++i)
    schedule.failed(now, 0.5);

  schedule.failed(end - 30s, 0.5);
  CHECK(schedule.next() == end - 10s);
  schedule.failed(end - 10s, 0.5);
  CHECK(schedule.next() == end);
  schedule.failed(end, 0.5);
  CHECK(schedule.next() == end + 45s);
  schedule.failed(end - 500ms, 0.5);
  CHECK(schedule.next() >= end + 500ms);
}

TEST_CASE("comes forward by the time that the boot clock stood still", "[refresh_schedule]") {
  RefreshSchedule schedule = renewed(60min, 15min);
  schedule.advance(50min);

  CHECK(schedule.next() == now - 5min);
  CHECK(schedule.end() == now + 10min - 1s);

  RefreshSchedule empty;
  empty.advance(50min);
  CHECK_FALSE(empty.end());
}

TEST_CASE("raises refresh-ahead to a minute more than min-ttl", "[refresh_schedule]") {
  CHECK(effective_refresh_ahead(15min, 1min) == 15min);
  CHECK(effective_refresh_ahead(0s, 1min) == 2min);
  CHECK(effective_refresh_ahead(15min, 45min) == 46min);
}

TEST_CASE("each host of a fleet refreshes at its own moment, and leaves time for the others", "[freshness]") {
  using namespace std::chrono_literals;
  CHECK(spread_refresh_ahead(15min, 1min, 0) == 15min);
  CHECK(spread_refresh_ahead(15min, 1min, 32768) == 15min - 280s);
  CHECK(spread_refresh_ahead(15min, 1min, 65535) > 5min + 30s);
  CHECK(spread_refresh_ahead(15min, 15min, 65535) == 15min);
  CHECK(spread_refresh_ahead(30s, 1min, 65535) == 30s);
}

}  // namespace sase::token
