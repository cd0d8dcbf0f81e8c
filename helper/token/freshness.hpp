// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/clock.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace sase::token {

/// Whether a cached token may be given out.
enum class Freshness {
  fresh,            ///< given
  due_for_refresh,  ///< given, and refreshed in the background
  stale,            ///< not given
};

/// A token is given if at least `min_ttl`, and at least a second, is left. A token with more time left than
/// the longest lifetime is stale: one of its times is wrong. With less than `refresh_ahead` left it is due
/// for refresh.
[[nodiscard]] Freshness judge(std::chrono::seconds time_left, std::chrono::seconds min_ttl,
                              std::chrono::seconds refresh_ahead) noexcept;

/// The `refresh_ahead` of a host of a fleet, from the random `spread` of its stored token: each host has its
/// own moment for each token, and all of them leave time for the others' failures.
[[nodiscard]] std::chrono::seconds spread_refresh_ahead(std::chrono::seconds refresh_ahead,
                                                        std::chrono::seconds min_ttl,
                                                        std::uint16_t spread) noexcept;

/// The `refresh_ahead` of a token in a file that `watch` writes: at least a minute more than `min_ttl`, so
/// that the readers of the file find a token with `min_ttl` left.
[[nodiscard]] std::chrono::seconds effective_refresh_ahead(std::chrono::seconds refresh_ahead,
                                                           std::chrono::seconds min_ttl) noexcept;

/// When `watch` refreshes its token next. `jitter`, from 0 to below 1, is a new random number for each
/// call, so that processes that started together do not ask together.
class RefreshSchedule {
 public:
  /// Limits of the pause between two attempts.
  static constexpr std::chrono::milliseconds shortest_pause = std::chrono::seconds(1);
  static constexpr std::chrono::milliseconds longest_pause = std::chrono::minutes(1);

  /// Expiries are in whole seconds, so a token may expire this much earlier.
  static constexpr std::chrono::milliseconds rounding = std::chrono::seconds(1);

  /// There is one attempt this long before the token expires.
  static constexpr std::chrono::milliseconds last_attempt = std::chrono::seconds(10);

  /// The first refresh is this long after a token was received, or half of its lifetime if that is shorter.
  static constexpr std::chrono::milliseconds shortest_life = std::chrono::minutes(5);

  /// No more than the minute that effective_refresh_ahead() adds to min_ttl.
  static constexpr std::chrono::milliseconds longest_spread = std::chrono::minutes(1);

  /// Records a new token with `left` to live. It is refreshed with `ahead` left.
  void renewed(BootTime now, std::chrono::seconds left, std::chrono::seconds ahead, double jitter) noexcept;

  /// Records that there is no new token. Pauses double with each failure; one attempt comes before the old
  /// token expires and one when it expires.
  void failed(BootTime now, double jitter) noexcept;

  /// The boot clock stood still for so long.
  void advance(std::chrono::seconds lag) noexcept;

  [[nodiscard]] BootTime next() const noexcept { return next_; }

  /// When the last token expires; nothing before the first one.
  [[nodiscard]] std::optional<BootTime> end() const noexcept { return end_; }

 private:
  BootTime next_{};
  std::optional<BootTime> end_;
  unsigned failures_ = 0;
};

}  // namespace sase::token
