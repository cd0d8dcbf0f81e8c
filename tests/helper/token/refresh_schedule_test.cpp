// SPDX-License-Identifier: Apache-2.0
#include "helper/token/refresh_schedule.hpp"

#include "tests/support/catch.hpp"

#include <string>

namespace sase::token {

namespace {

using namespace std::chrono_literals;

constexpr BootTime now = 1000s;

RefreshSchedule renewed(std::chrono::seconds left, std::chrono::seconds ahead, double chance = 0) {
  RefreshSchedule schedule;
  schedule.renewed(now, left, ahead, chance);
  return schedule;
}

/// How long from now on.
BootTime wait_of(const RefreshSchedule& schedule) {
  return schedule.next() - now;
}

}  // namespace

TEST_CASE("a token is renewed as early as is wanted, but not soon, or at half of its life",
          "[renewal_schedule]") {
  struct Row {
    std::string name;
    std::chrono::seconds left, ahead;
    BootTime wait;
  };
  const auto row = GENERATE(values<Row>({
      {"an hour", 60min, 15min, 45min},
      {"one that shall have much left", 60min, 46min, 14min},
      {"one that ages at once", 60min, 60min, 5min},
      {"a cached one", 20min, 15min, 5min},
      {"one that ages already", 10min, 15min, 5min},
      {"one that lives for seconds", 8s, 15min, 4s},
      {"one that is hardly alive", 1s, 15min, 1s},
      {"a dead one", 0s, 15min, 1s},
  }));

  DYNAMIC_SECTION(row.name) {
    CHECK(wait_of(renewed(row.left, row.ahead)) == row.wait);
  }
}

TEST_CASE("those who began together part, and never by much", "[renewal_schedule]") {
  CHECK(wait_of(renewed(60min, 15min, 0.999)) > 45min + 59s);
  CHECK(wait_of(renewed(60min, 15min, 0.999)) < 46min);
  CHECK(wait_of(renewed(8s, 15min, 0.999)) < 4400ms);
}

TEST_CASE("a token ends a second before it seems to", "[renewal_schedule]") {
  CHECK_FALSE(RefreshSchedule().end());
  CHECK(renewed(8s, 15min).end() == now + 7s);
}

TEST_CASE("pauses after failures grow to a minute, at random, and are never shorter than a second",
          "[renewal_schedule]") {
  RefreshSchedule low, high;
  for (const auto& [least, most] :
       {std::pair{1s, 2s}, {2s, 4s}, {4s, 8s}, {8s, 16s}, {16s, 32s}, {30s, 60s}}) {
    low.failed(now, 0);
    high.failed(now, 0.9999);
    CHECK(wait_of(low) == least);
    CHECK(wait_of(high) > most - 10ms);
    CHECK(wait_of(high) <= most);
  }
  for (int i = 0; i < 100; ++i)
    high.failed(now, 0.9999);
  CHECK(wait_of(high) <= 60s);
}

TEST_CASE("a success makes the next pause short again", "[renewal_schedule]") {
  RefreshSchedule schedule;
  for (int i = 0; i < 5; ++i)
    schedule.failed(now, 0);
  schedule.renewed(now, 60min, 15min, 0);

  schedule.failed(now, 0);

  CHECK(wait_of(schedule) == 1s);
}

TEST_CASE("there is a try ten seconds before the old token's end, and one at its end", "[renewal_schedule]") {
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

TEST_CASE("whoever wants tokens with much time left gets the next one earlier", "[renewal_schedule]") {
  CHECK(effective_refresh_ahead(15min, 1min) == 15min);
  CHECK(effective_refresh_ahead(0s, 1min) == 2min);
  CHECK(effective_refresh_ahead(15min, 45min) == 46min);
}

}  // namespace sase::token
