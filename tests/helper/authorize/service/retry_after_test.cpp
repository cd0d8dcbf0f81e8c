// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/service/retry.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <optional>
#include <string>

using namespace std::chrono_literals;
using sase::authorize::parse_retry_after;
using std::chrono::seconds;
using std::chrono::sys_seconds;

TEST_CASE("Retry-After is seconds or a date, and anything else is ignored", "[authorize][retry_after]") {
  struct Row {
    std::string text;
    std::optional<seconds> expected;
  };
  constexpr sys_seconds now{1'800'000'000s};  // Fri, 15 Jan 2027 08:00:00 GMT
  const auto row = GENERATE(values<Row>({
      {"0", 0s},
      {"1", 1s},
      {"007", 7s},
      {"3600", 3600s},
      {"3601", 3600s},
      {"99999999999999999999999999", 3600s},
      {"Fri, 15 Jan 2027 08:00:30 GMT", 30s},
      {"Fri, 15 Jan 2027 07:59:00 GMT", 0s},
      {"Sat, 16 Jan 2027 08:00:00 GMT", 3600s},
      {"", std::nullopt},
      {"-1", std::nullopt},
      {"+1", std::nullopt},
      {"1.5", std::nullopt},
      {"1e3", std::nullopt},
      {" 5", std::nullopt},
      {"5 ", std::nullopt},
      {"soon", std::nullopt},
      {"Friday, 15-Jan-27 08:00:30 GMT", std::nullopt},
  }));

  DYNAMIC_SECTION('\'' << row.text << '\'') { CHECK(parse_retry_after(row.text, now) == row.expected); }
}
