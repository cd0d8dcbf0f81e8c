// SPDX-License-Identifier: Apache-2.0
#include "protocol/time.hpp"

#include "protocol/escape.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace sase::protocol {

namespace {

using namespace std::string_literals;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds at(std::int64_t epoch) { return sys_seconds(seconds(epoch)); }

constexpr sys_seconds now = at(1767322845);

}  // namespace

TEST_CASE("an RFC 3339 date-time is parsed to the second", "[time]") {
  struct Row {
    std::string text;
    std::int64_t epoch;
  };
  const auto row = GENERATE(values<Row>({
      {"1970-01-01T00:00:00Z", 0},
      {"2026-01-02T03:04:05Z", 1767323045},
      {"2026-01-02t03:04:05z", 1767323045},
      {"2026-01-02 03:04:05Z", 1767323045},
      {"2026-01-02T03:04:05.9Z", 1767323045},
      {"2026-01-02T03:04:05.123456789Z", 1767323045},
      {"2026-01-02T05:04:05+02:00", 1767323045},
      {"2026-01-01T20:34:05-06:30", 1767323045},
      {"2026-01-02T03:04:05-00:00", 1767323045},
      {"2026-01-02T05:04:05.5+02:00", 1767323045},
      {"2024-02-29T23:59:59Z", 1709251199},
      {"2016-12-31T23:59:60Z", 1483228800},
      {"1969-12-31T23:59:59Z", -1},
      {"9999-12-31T23:59:59Z", 253402300799},
  }));

  DYNAMIC_SECTION(row.text) { CHECK(parse_rfc3339(row.text) == sys_seconds(seconds(row.epoch))); }
}

TEST_CASE("an invalid RFC 3339 date-time is rejected", "[time]") {
  const std::string text = GENERATE(values<std::string>({"",
                                                         "2026",
                                                         "2026-01-02",
                                                         "2026-01-02T03:04:05",
                                                         "2026-01-02T03:04Z",
                                                         "2026-1-2T03:04:05Z",
                                                         "2026-02-30T00:00:00Z",
                                                         "2026-02-29T00:00:00Z",
                                                         "2026-04-31T00:00:00Z",
                                                         "2026-00-01T00:00:00Z",
                                                         "2026-13-01T00:00:00Z",
                                                         "2026-01-00T00:00:00Z",
                                                         "2026-01-32T00:00:00Z",
                                                         "2026-01-02T24:00:00Z",
                                                         "2026-01-02T03:60:05Z",
                                                         "2026-01-02T03:04:61Z",
                                                         "2026-01-02T03:04:05.Z",
                                                         "2026-01-02T03:04:05,5Z",
                                                         "2026-01-02T03:04:05+24:00",
                                                         "2026-01-02T03:04:05+02:60",
                                                         "2026-01-02T03:04:05+0200",
                                                         "2026-01-02T03:04:05+2:00",
                                                         "2026-01-02T03:04:05ZZ",
                                                         "2026-01-02T03:04:05Z ",
                                                         " 2026-01-02T03:04:05Z",
                                                         "2026/01/02T03:04:05Z",
                                                         "2026-01-02X03:04:05Z",
                                                         "2026-01-02T03-04-05Z",
                                                         "-026-01-02T03:04:05Z",
                                                         "+026-01-02T03:04:05Z",
                                                         "2026--1-02T03:04:05Z",
                                                         "2026-01-02T-3:04:05Z",
                                                         "12026-01-02T03:04:05Z",
                                                         "2026-01-02T03:04:05Z\0"s,
                                                         "2026-01-02\0"
                                                         "03:04:05Z"s,
                                                         "Sun, 06 Nov 1994 08:49:37 GMT"}));

  DYNAMIC_SECTION(escape(text)) { CHECK_FALSE(parse_rfc3339(text)); }
}

TEST_CASE("a time is formatted as RFC 3339 in UTC", "[time]") {
  CHECK(format_rfc3339(sys_seconds(seconds(0))) == "1970-01-01T00:00:00Z");
  CHECK(format_rfc3339(sys_seconds(seconds(1767323045))) == "2026-01-02T03:04:05Z");
  CHECK(format_rfc3339(sys_seconds(seconds(1709251199))) == "2024-02-29T23:59:59Z");
  CHECK(format_rfc3339(sys_seconds(seconds(-1))) == "1969-12-31T23:59:59Z");
}

TEST_CASE("a formatted time parses to itself", "[time]") {
  for (const std::int64_t epoch : {0L, 1L, 951782400L, 1767323045L, 4102444799L, -86401L}) {
    const sys_seconds time{seconds(epoch)};
    CHECK(parse_rfc3339(format_rfc3339(time)) == time);
  }
}

TEST_CASE("an HTTP date is parsed in the form that servers may send", "[time]") {
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == sys_seconds(seconds(784111777)));
  CHECK(parse_http_date("Fri, 02 Jan 2026 03:04:05 GMT") == sys_seconds(seconds(1767323045)));
  CHECK(parse_http_date("Thu, 29 Feb 2024 23:59:59 GMT") == sys_seconds(seconds(1709251199)));
  CHECK(parse_http_date("Thu, 31 Dec 2026 00:00:00 GMT") == sys_seconds(seconds(1798675200)));
}

TEST_CASE("an invalid HTTP date is rejected", "[time]") {
  const std::string text = GENERATE(values<std::string>(
      {"", "Sun", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37",
       "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 gmt", "Sun, 6 Nov 1994 08:49:37 GMT",
       "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nox 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
       "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
       "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Nov 1994 08:49:37 GMTx",
       "Sun,06 Nov 1994 08:49:37 GMT", "2026-01-02T03:04:05Z"}));

  DYNAMIC_SECTION(escape(text)) { CHECK_FALSE(parse_http_date(text)); }
}

TEST_CASE("an expiry is parsed in each known form", "[time]") {
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

  DYNAMIC_SECTION(row.name) { CHECK(parse_expiry(row.text) == at(row.epoch)); }
}

TEST_CASE("an expiry in any other form is unknown", "[time]") {
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

  DYNAMIC_SECTION(escape(text)) { CHECK_FALSE(parse_expiry(text)); }
}

TEST_CASE("the remaining lifetime is that of the expiry, within limits", "[time]") {
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

TEST_CASE("a duration is digits and one unit", "[time]") {
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

  DYNAMIC_SECTION(row.text) { CHECK(parse_duration(row.text) == row.expected); }
}

TEST_CASE("any other text is not a duration", "[time]") {
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

  DYNAMIC_SECTION(escape(text)) { CHECK_FALSE(parse_duration(text)); }
}

TEST_CASE("a duration is formatted in the largest exact unit", "[time]") {
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

TEST_CASE("a duration for people is rounded down", "[time]") {
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

TEST_CASE("a formatted duration parses to itself", "[time]") {
  for (const int count : {0, 1, 60, 61, 3600, 3660, 7200, 86400})
    CHECK(parse_duration(format_duration(seconds(count))) == seconds(count));
}

}  // namespace sase::protocol
