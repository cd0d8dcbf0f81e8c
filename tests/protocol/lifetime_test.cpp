// SPDX-License-Identifier: Apache-2.0
#include "protocol/lifetime.hpp"

#include "protocol/escape.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace sase::protocol {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds at(std::int64_t epoch) {
  return sys_seconds(seconds(epoch));
}

constexpr sys_seconds now = at(1767322845);

}  // namespace

TEST_CASE("an expiry is read in every form it is known in", "[lifetime]") {
  struct Row {
    const char* name;
    std::string text;
    std::int64_t epoch;
  };
  const auto row = GENERATE(values<Row>({
      {"epoch seconds", "1767322845", 1767322845},
      {"epoch seconds with a fraction", "1767322845.999", 1767322845},
      {"epoch milliseconds", "1767322845000", 1767322845},
      {"epoch milliseconds that are not whole seconds", "1767322845999", 1767322845},
      {"epoch milliseconds with a fraction", "1767322845999.5", 1767322845},
      {"RFC 3339", "2026-01-02T03:00:45Z", 1767322845},
      {"RFC 3339 with milliseconds", "2026-01-02T03:00:45.123Z", 1767322845},
      {"RFC 3339 with an offset", "2026-01-02T05:00:45+02:00", 1767322845},
      {"the epoch", "0", 0},
      {"a time before the epoch", "-5", -5},
      {"the last number that is seconds", "100000000000", 100000000000},
      {"the first number that is milliseconds", "100000000001", 100000000},
      {"the last time there is", "253402300800000", 253402300800},
  }));

  DYNAMIC_SECTION(row.name) {
    CHECK(parse_expiry(row.text) == at(row.epoch));
  }
}

TEST_CASE("an expiry in no known form is unknown", "[lifetime]") {
  const std::string text = GENERATE(values<std::string>({"",
                                                         " ",
                                                         "soon",
                                                         "null",
                                                         "1e9",
                                                         "0x10",
                                                         "+5",
                                                         " 5",
                                                         "5 ",
                                                         "5.",
                                                         ".5",
                                                         "5.x",
                                                         "5.5.5",
                                                         "-",
                                                         "--5",
                                                         "1,767",
                                                         "99999999999999999999",
                                                         "253402300800001",
                                                         "-253402300800001",
                                                         "2026-02-30T00:00:00Z",
                                                         "2026-01-02",
                                                         "NaN",
                                                         "inf",
                                                         "\"5\""}));

  DYNAMIC_SECTION(escape(text)) {
    CHECK_FALSE(parse_expiry(text));
  }
}

TEST_CASE("a token lives as its expiry has it, within reason", "[lifetime]") {
  struct Row {
    const char* name;
    std::optional<seconds> ahead;
    seconds expected;
  };
  const auto row = GENERATE(values<Row>({
      {"unknown", std::nullopt, minutes(45)},
      {"a usual one", seconds(3599), seconds(3599)},
      {"a short one", seconds(1), seconds(1)},
      {"an hour", hours(1), hours(1)},
      {"a second more than an hour", seconds(3601), hours(1)},
      {"a day ahead", hours(24), hours(1)},
      {"more than a day ahead is absurd", hours(24) + seconds(1), minutes(45)},
      {"a year ahead is absurd", hours(24 * 365), minutes(45)},
      {"dead at this moment", seconds(0), seconds(0)},
      {"dead for a second", seconds(-1), seconds(-1)},
      {"dead for years", hours(-24 * 365 * 50), hours(-24 * 365 * 50)},
  }));

  DYNAMIC_SECTION(row.name) {
    const auto expiry = row.ahead ? std::optional(now + *row.ahead) : std::nullopt;
    CHECK(remaining_lifetime(expiry, now) == row.expected);
  }
}

TEST_CASE("a duration is digits and one unit", "[lifetime]") {
  struct Row {
    std::string text;
    seconds expected;
  };
  const auto row = GENERATE(values<Row>({
      {"90s", seconds(90)},
      {"5m", minutes(5)},
      {"1h", hours(1)},
      {"0s", seconds(0)},
      {"0h", seconds(0)},
      {"007s", seconds(7)},
      {"8760h", hours(8760)},
      {"31536000s", hours(8760)},
  }));

  DYNAMIC_SECTION(row.text) {
    CHECK(parse_duration(row.text) == row.expected);
  }
}

TEST_CASE("anything else is no duration", "[lifetime]") {
  const std::string text = GENERATE(values<std::string>({"",
                                                         "s",
                                                         "5",
                                                         "-5s",
                                                         "+5s",
                                                         " 5s",
                                                         "5s ",
                                                         "5 s",
                                                         "5S",
                                                         "5M",
                                                         "5d",
                                                         "5ms",
                                                         "5m30s",
                                                         "1.5h",
                                                         "1,5h",
                                                         "m5",
                                                         "0x5s",
                                                         "five m",
                                                         "8761h",
                                                         "31536001s",
                                                         "99999999999999999999s",
                                                         "9223372036854775807h",
                                                         "-s"}));

  DYNAMIC_SECTION(escape(text)) {
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("a duration is written in the largest unit that is exact", "[lifetime]") {
  CHECK(format_duration(seconds(0)) == "0s");
  CHECK(format_duration(seconds(1)) == "1s");
  CHECK(format_duration(seconds(59)) == "59s");
  CHECK(format_duration(seconds(60)) == "1m");
  CHECK(format_duration(seconds(90)) == "90s");
  CHECK(format_duration(minutes(59)) == "59m");
  CHECK(format_duration(hours(1)) == "1h");
  CHECK(format_duration(minutes(90)) == "90m");
  CHECK(format_duration(hours(1) + seconds(1)) == "3601s");
}

TEST_CASE("describes a duration for people, rounded down", "[lifetime]") {
  CHECK(describe_duration(seconds(-5)) == "0s");
  CHECK(describe_duration(seconds(0)) == "0s");
  CHECK(describe_duration(seconds(119)) == "119s");
  CHECK(describe_duration(seconds(120)) == "2m");
  CHECK(describe_duration(minutes(59) + seconds(59)) == "59m");
  CHECK(describe_duration(hours(1)) == "1h");
  CHECK(describe_duration(hours(2) + minutes(5)) == "2h 5m");
  CHECK(describe_duration(hours(48)) == "2 days");
  CHECK(describe_duration(hours(71)) == "2 days");
}

TEST_CASE("a written duration reads as itself", "[lifetime]") {
  for (const int count : {0, 1, 60, 61, 3600, 3660, 7200, 86400})
    CHECK(parse_duration(format_duration(seconds(count))) == seconds(count));
}

}  // namespace sase::protocol
