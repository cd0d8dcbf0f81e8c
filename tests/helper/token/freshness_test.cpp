// SPDX-License-Identifier: Apache-2.0
#include "helper/token/freshness.hpp"

#include "tests/support/catch.hpp"

#include <chrono>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

}  // namespace

TEST_CASE("what a token is good for hangs on the time it has left", "[freshness]") {
  struct Row {
    const char* name;
    seconds left, min_ttl, refresh_ahead;
    Freshness expected;
  };
  const auto row = GENERATE(values<Row>({
      {"new", 3600s, 60s, 900s, Freshness::fresh},
      {"longer than any token lives", 3601s, 60s, 900s, Freshness::stale},
      {"the last second of being fresh", 900s, 60s, 900s, Freshness::fresh},
      {"the first second of ageing", 899s, 60s, 900s, Freshness::due_for_refresh},
      {"exactly min-ttl", 60s, 60s, 900s, Freshness::due_for_refresh},
      {"less than min-ttl", 59s, 60s, 900s, Freshness::stale},
      {"the last second without a min-ttl", 1s, 0s, 900s, Freshness::due_for_refresh},
      {"at the end without a min-ttl", 0s, 0s, 900s, Freshness::stale},
      {"past the end without a min-ttl", -1s, 0s, 900s, Freshness::stale},
      {"never renewed ahead", 1s, 0s, 0s, Freshness::fresh},
      {"always renewed ahead", 3600s, 60s, 3601s, Freshness::due_for_refresh},
      {"a min-ttl beyond refresh-ahead", 1000s, 1000s, 900s, Freshness::fresh},
      {"less than such a min-ttl", 999s, 1000s, 900s, Freshness::stale},
      {"the longest min-ttl", 3600s, 3600s, 900s, Freshness::fresh},
  }));

  DYNAMIC_SECTION(row.name) {
    CHECK(judge(row.left, row.min_ttl, row.refresh_ahead) == row.expected);
  }
}

}  // namespace sase::token
