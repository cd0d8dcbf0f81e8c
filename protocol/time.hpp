// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sase::protocol {

/// Parses an RFC 3339 date-time with `Z` or an offset and truncates a fraction of a second. Nothing for any
/// other text, such as 30 February or hour 24. A leap second yields the second after it.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_rfc3339(std::string_view text);

/// Formats as `2026-01-02T03:04:05Z`.
[[nodiscard]] std::string format_rfc3339(std::chrono::sys_seconds time);

/// Parses an HTTP `Date` in the only form that servers may send, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110
/// section 5.6.7, IMF-fixdate). The day of the week is not checked against the date.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

/// Lifetime of an access token (vendor: "Authorize"). A response that claims a longer one is not believed.
inline constexpr std::chrono::seconds longest_lifetime{3600};

/// Lifetime assumed if the expiry is missing, unreadable or implausible.
inline constexpr std::chrono::seconds assumed_lifetime{2700};

/// An expiry further ahead than this is implausible.
inline constexpr std::chrono::hours implausible_lifetime{24};

/// A longer `Retry-After` counts as this, so that an absurd value does not block requests for days.
inline constexpr std::chrono::seconds longest_retry_after{3600};

/// Parses an `accessTokenExpire` in each known form: epoch seconds or milliseconds, with or without a
/// fraction, or RFC 3339. Nothing for any other text, including exponents.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_expiry(std::string_view text);

/// Remaining lifetime of a token at `now` on the service's clock: at most longest_lifetime, or
/// assumed_lifetime if the expiry is unknown or implausible. Zero or less if the token has expired.
[[nodiscard]] std::chrono::seconds remaining_lifetime(std::optional<std::chrono::sys_seconds> expiry,
                                                      std::chrono::sys_seconds now) noexcept;

/// Parses the syntax of settings: digits and one unit, `90s`, `5m` or `1h`. Nothing for any other text or for
/// more than a year.
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text);

/// The same syntax, in the largest unit that is exact: `90s`, `5m`, `1h`.
[[nodiscard]] std::string format_duration(std::chrono::seconds duration);

/// A duration for people, rounded down: `45s`, `59m`, `2h 5m`, `12 days`. A negative one is `0s`.
[[nodiscard]] std::string describe_duration(std::chrono::seconds duration);

}  // namespace sase::protocol
