// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/duration_text.hpp"

#include "tests/support/catch.hpp"

namespace sase::helper {

using namespace std::chrono_literals;

TEST_CASE("durations as people want to know them", "[spoken_time]") {
  CHECK(spoken(-5s) == "0s");
  CHECK(spoken(0s) == "0s");
  CHECK(spoken(119s) == "119s");
  CHECK(spoken(120s) == "2m");
  CHECK(spoken(59min + 59s) == "59m");
  CHECK(spoken(1h) == "1h");
  CHECK(spoken(2h + 5min) == "2h 5m");
  CHECK(spoken(48h) == "2 days");
  CHECK(spoken(71h) == "2 days");
}

TEST_CASE("parts of a call to the tenth of a millisecond, while those count", "[spoken_time]") {
  CHECK(spoken_exactly(149us) == "0.1 ms");
  CHECK(spoken_exactly(9999us) == "9.9 ms");
  CHECK(spoken_exactly(10'000us) == "10 ms");
  CHECK(spoken_exactly(2s) == "2000 ms");
}

}  // namespace sase::helper
