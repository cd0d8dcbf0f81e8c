// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sase::protocol {

/// A token of this service lives 60 minutes (vendor: "Authorize", access token lifetime); whatever a reply
/// claims, none is believed to live longer.
inline constexpr std::chrono::seconds longest_lifetime{3600};

/// What a token is taken to live when its expiry is missing, unreadable or absurd.
inline constexpr std::chrono::seconds assumed_lifetime{2700};

/// An expiry further ahead than this is a mistake and not a time.
inline constexpr std::chrono::hours absurdly_far{24};

/// Reads an `accessTokenExpire` in every form it is known in: epoch seconds, epoch milliseconds, either with
/// a fraction, or RFC 3339; no exponents. Nothing when it is none of them.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_expiry(std::string_view text);

/// How long a token lives from `now`, the service's own time: the rest of its life as its expiry has it, at
/// most longest_lifetime; assumed_lifetime where the expiry is unknown or absurd. Zero or less: it is dead.
[[nodiscard]] std::chrono::seconds remaining_lifetime(std::optional<std::chrono::sys_seconds> expiry,
                                                      std::chrono::sys_seconds now) noexcept;

/// Reads a duration as people write it: digits and one unit, `90s`, `5m` or `1h`. Nothing for anything else
/// or for more than a year.
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text);

/// The same syntax, in the largest unit that is exact: `90s`, `5m`, `1h`.
[[nodiscard]] std::string format_duration(std::chrono::seconds duration);

/// A duration for people, rounded down: `45s`, `59m`, `2h 5m`, `12 days`. A negative one is `0s`.
[[nodiscard]] std::string describe_duration(std::chrono::seconds duration);

}  // namespace sase::protocol
