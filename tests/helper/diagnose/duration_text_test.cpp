// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/duration_text.hpp"

#include "tests/support/catch.hpp"

namespace sase::diagnose {

using namespace std::chrono_literals;

TEST_CASE("durations as people want to know them", "[spoken_time]") {
  CHECK(format_duration(-5s) == "0s");
  CHECK(format_duration(0s) == "0s");
  CHECK(format_duration(119s) == "119s");
  CHECK(format_duration(120s) == "2m");
  CHECK(format_duration(59min + 59s) == "59m");
  CHECK(format_duration(1h) == "1h");
  CHECK(format_duration(2h + 5min) == "2h 5m");
  CHECK(format_duration(48h) == "2 days");
  CHECK(format_duration(71h) == "2 days");
}

TEST_CASE("parts of a call to the tenth of a millisecond, while those count", "[spoken_time]") {
  CHECK(format_milliseconds(149us) == "0.1 ms");
  CHECK(format_milliseconds(9999us) == "9.9 ms");
  CHECK(format_milliseconds(10'000us) == "10 ms");
  CHECK(format_milliseconds(2s) == "2000 ms");
}

}  // namespace sase::diagnose
