// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/clock.hpp"

#include <chrono>
#include <optional>

namespace sase::helper {

/// With less left than this a token that is kept fresh for others is renewed: `refresh_ahead`, or a minute
/// more than `min_ttl` where that is longer, for they are to find one that lives for min_ttl.
[[nodiscard]] std::chrono::seconds ahead_of(std::chrono::seconds refresh_ahead,
                                            std::chrono::seconds min_ttl) noexcept;

/// When somebody who keeps a token fresh looks for the next one. Times are those of boot_clock() and are
/// passed in; `chance`, from 0 to below 1, is drawn anew each time, so that those who began together part.
class RenewalSchedule {
 public:
  /// Never is it looked more often, nor, while looking fails, more rarely.
  static constexpr Instant shortest_pause = std::chrono::seconds(1);
  static constexpr Instant longest_pause = std::chrono::minutes(1);

  /// Tokens' times are cut to whole seconds, so one may end so much earlier than it seems to.
  static constexpr Instant rounding = std::chrono::seconds(1);

  /// A failure so long before the end leaves time for one more try.
  static constexpr Instant last_try = std::chrono::seconds(10);

  /// A token is not replaced sooner than after this, or half of its life.
  static constexpr Instant shortest_life = std::chrono::minutes(5);

  /// No more than the minute by which ahead_of() is more than min_ttl.
  static constexpr Instant longest_spread = std::chrono::minutes(1);

  /// There is a token with so much left, which is to be renewed with `ahead` left; one that ages sooner than
  /// after shortest_life is renewed then, or at half of what is left.
  void renewed(Instant now, std::chrono::seconds left, std::chrono::seconds ahead, double chance) noexcept;

  /// There is none, or none newer than the one that was to be renewed. The pauses grow from one failure to
  /// the next; before the old token's end, and at its end, there is a try in any case.
  void failed(Instant now, double chance) noexcept;

  /// When to look next.
  [[nodiscard]] Instant next() const noexcept { return next_; }

  /// When the token that there was last is not good any more. Nothing before there was one.
  [[nodiscard]] std::optional<Instant> end() const noexcept { return end_; }

 private:
  Instant next_{};
  std::optional<Instant> end_;
  unsigned failures_ = 0;
};

}  // namespace sase::helper
