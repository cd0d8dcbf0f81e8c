// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/service/retry.hpp"

#include "tests/support/catch.hpp"

#include <chrono>
#include <optional>
#include <string>

using namespace std::chrono_literals;
using sase::authorize::pause_before_retry;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("pauses grow, are random, obey the service and end with the time", "[authorize][retry]") {
  struct Row {
    std::string name;
    unsigned tries;
    milliseconds time_left;
    std::optional<seconds> retry_after;
    double chance;
    std::optional<milliseconds> expected;
  };
  const auto row = GENERATE(values<Row>({
      {"no pause at all is a fair draw", 1, 10s, std::nullopt, 0.0, 0ms},
      {"half of the first range", 1, 10s, std::nullopt, 0.5, 125ms},
      {"nearly all of the first range", 1, 10s, std::nullopt, 0.999, 249ms},
      {"the second range is twice the first", 2, 10s, std::nullopt, 0.5, 250ms},
      {"the third range twice that", 3, 10s, std::nullopt, 0.5, 500ms},
      {"but no range is longer than four seconds", 9, 10s, std::nullopt, 0.5, 2000ms},
      {"no time is left", 1, 0ms, std::nullopt, 0.0, std::nullopt},
      {"too little time for a try", 1, 49ms, std::nullopt, 0.0, std::nullopt},
      {"just enough time for a try", 1, 50ms, std::nullopt, 0.9, 0ms},
      {"a pause that does not fit is cut", 1, 100ms, std::nullopt, 0.9, 50ms},
      {"the service's wish is a minimum", 1, 10s, 2s, 0.0, 2000ms},
      {"to which chance adds", 1, 10s, 2s, 0.5, 2125ms},
      {"a wish for nothing changes nothing", 1, 10s, 0s, 0.5, 125ms},
      {"a wish that fits barely", 1, 2050ms, 2s, 0.9, 2000ms},
      {"a wish that does not fit ends it", 1, 2s, 2s, 0.0, std::nullopt},
      {"a wish for an hour ends it", 1, 10s, 3600s, 0.0, std::nullopt},
  }));

  DYNAMIC_SECTION(row.name) {
    CHECK(pause_before_retry(row.tries, row.time_left, row.retry_after, row.chance) == row.expected);
  }
}
