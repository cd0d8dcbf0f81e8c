// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace sase::authorize {

/// No service is believed to want more patience than this.
inline constexpr std::chrono::seconds longest_retry_after{3600};

/// Reads a `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date that is counted from `now`, the
/// service's own time. At most longest_retry_after; a date that has passed means at once. Nothing for
/// anything else.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(std::string_view text,
                                                                    std::chrono::sys_seconds now);

}  // namespace sase::authorize
