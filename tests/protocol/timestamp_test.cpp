// SPDX-License-Identifier: Apache-2.0
#include "protocol/timestamp.hpp"

#include "protocol/escape.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace sase::protocol {

namespace {

using namespace std::string_literals;
using std::chrono::seconds;
using std::chrono::sys_seconds;

}  // namespace

TEST_CASE("an RFC 3339 date-time is read to the second", "[timestamp]") {
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

  DYNAMIC_SECTION(row.text) {
    CHECK(parse_rfc3339(row.text) == sys_seconds(seconds(row.epoch)));
  }
}

TEST_CASE("what is no RFC 3339 date-time is no time", "[timestamp]") {
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

  DYNAMIC_SECTION(escape(text)) {
    CHECK_FALSE(parse_rfc3339(text));
  }
}

TEST_CASE("a time is written as RFC 3339 in UTC", "[timestamp]") {
  CHECK(format_rfc3339(sys_seconds(seconds(0))) == "1970-01-01T00:00:00Z");
  CHECK(format_rfc3339(sys_seconds(seconds(1767323045))) == "2026-01-02T03:04:05Z");
  CHECK(format_rfc3339(sys_seconds(seconds(1709251199))) == "2024-02-29T23:59:59Z");
  CHECK(format_rfc3339(sys_seconds(seconds(-1))) == "1969-12-31T23:59:59Z");
}

TEST_CASE("a written time reads as itself", "[timestamp]") {
  for (const std::int64_t epoch : {0L, 1L, 951782400L, 1767323045L, 4102444799L, -86401L}) {
    const sys_seconds time{seconds(epoch)};
    CHECK(parse_rfc3339(format_rfc3339(time)) == time);
  }
}

TEST_CASE("an HTTP date is read in the one form that servers may send", "[timestamp]") {
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == sys_seconds(seconds(784111777)));
  CHECK(parse_http_date("Fri, 02 Jan 2026 03:04:05 GMT") == sys_seconds(seconds(1767323045)));
  CHECK(parse_http_date("Thu, 29 Feb 2024 23:59:59 GMT") == sys_seconds(seconds(1709251199)));
  CHECK(parse_http_date("Thu, 31 Dec 2026 00:00:00 GMT") == sys_seconds(seconds(1798675200)));
}

TEST_CASE("what is no HTTP date is no time", "[timestamp]") {
  const std::string text = GENERATE(values<std::string>(
      {"", "Sun", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37",
       "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 gmt", "Sun, 6 Nov 1994 08:49:37 GMT",
       "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nox 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
       "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
       "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Nov 1994 08:49:37 GMTx",
       "Sun,06 Nov 1994 08:49:37 GMT", "2026-01-02T03:04:05Z"}));

  DYNAMIC_SECTION(escape(text)) {
    CHECK_FALSE(parse_http_date(text));
  }
}

}  // namespace sase::protocol
