// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/retry_after.hpp"
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
constexpr sys_seconds no_year{seconds(253'402'300'800)};     // 10000-01-01

void check_time(sys_seconds time) {
  check(time > first_year - hours(24) && time < no_year + hours(24), "a time is of the common era");
  const bool is_written = time >= first_year && time < no_year;
  check(!is_written || protocol::parse_rfc3339(protocol::format_rfc3339(time)) == time,
        "a written time reads as itself");
}

}  // namespace

/// Durations, expiries, dates, and how long to wait.
void times(std::string_view bytes) {
  if (const auto duration = protocol::parse_duration(bytes)) {
    check(*duration >= seconds(0) && *duration <= hours(24 * 365), "a duration is within its bounds");
    check(protocol::parse_duration(protocol::format_duration(*duration)) == duration,
          "a written duration reads as itself");
  }
  const auto expiry = protocol::parse_expiry(bytes);
  check(protocol::remaining_lifetime(expiry, now) <= protocol::longest_lifetime, "a lifetime is bounded");
  check(expiry || protocol::remaining_lifetime(expiry, now) == protocol::assumed_lifetime,
        "an unknown expiry is 45 minutes ahead");
  if (const auto time = protocol::parse_rfc3339(bytes)) {
    check_time(*time);
    check(expiry == time, "an expiry may be RFC 3339");
  }
  if (const auto date = protocol::parse_http_date(bytes)) check_time(*date);
  if (const auto wait = authorize::parse_retry_after(bytes, now))
    check(*wait >= seconds(0) && *wait <= hours(1), "a wait is within its bounds");
}

}  // namespace sase::fuzz
