// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sase::protocol {

/// Reads an RFC 3339 date-time with `Z` or an offset; a fraction of a second is cut off. Nothing for anything
/// else, such as the 30th of February or an hour 24; a leap second reads as the second after it.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_rfc3339(std::string_view text);

/// Writes `2026-01-02T03:04:05Z`.
[[nodiscard]] std::string format_rfc3339(std::chrono::sys_seconds time);

/// Reads an HTTP `Date` in the one form that servers may send, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110
/// section 5.6.7, IMF-fixdate). The name of the day is not checked against the date.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

}  // namespace sase::protocol
