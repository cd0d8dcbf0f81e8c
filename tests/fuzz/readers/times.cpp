// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/service/retry.hpp"
#include "protocol/time.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

namespace sase::fuzz {

namespace {

using std::chrono::hours;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds now{seconds(1'800'000'000)};
constexpr sys_seconds first_year{seconds(-62'167'219'200)};  // 0000-01-01
constexpr sys_seconds year_10000{seconds(253'402'300'800)};  // 10000-01-01

void check_time(sys_seconds time) {
  check(time > first_year - hours(24) && time < year_10000 + hours(24), "a time is in the years 0 to 9999");
  const bool is_written = time >= first_year && time < year_10000;
  check(!is_written || protocol::parse_rfc3339(protocol::format_rfc3339(time)) == time,
        "a written time reads back as itself");
}

}  // namespace

/// Durations, expiries, dates and Retry-After.
void times(std::string_view bytes) {
  if (const auto duration = protocol::parse_duration(bytes)) {
    check(*duration >= seconds(0) && *duration <= hours(24 * 365), "a duration is within its bounds");
    check(protocol::parse_duration(protocol::format_duration(*duration)) == duration,
          "a written duration reads back as itself");
  }
  const auto expiry = protocol::parse_expiry(bytes);
  check(protocol::remaining_lifetime(expiry, now) <= protocol::longest_lifetime, "a lifetime is bounded");
  check(expiry || protocol::remaining_lifetime(expiry, now) == protocol::assumed_lifetime,
        "an unknown expiry is 45 minutes ahead");
  if (const auto time = protocol::parse_rfc3339(bytes)) {
    check_time(*time);
    check(expiry == time, "an expiry in RFC 3339 is parsed");
  }
  if (const auto date = protocol::parse_http_date(bytes)) check_time(*date);
  if (const auto wait = authorize::parse_retry_after(bytes, now))
    check(*wait >= seconds(0) && *wait <= hours(1), "a wait is within its bounds");
}

}  // namespace sase::fuzz
