// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/clock.hpp"

#include <chrono>
#include <optional>

namespace sase::token {

/// With less left than this a token that is kept fresh for others is renewed: `refresh_ahead`, or a minute
/// more than `min_ttl` where that is longer, for they are to find one that lives for min_ttl.
[[nodiscard]] std::chrono::seconds effective_refresh_ahead(std::chrono::seconds refresh_ahead,
                                                           std::chrono::seconds min_ttl) noexcept;

/// When somebody who keeps a token fresh looks for the next one. Times are those of boot_clock() and are
/// passed in; `chance`, from 0 to below 1, is drawn anew each time, so that those who began together part.
class RefreshSchedule {
 public:
  /// Never is it looked more often, nor, while looking fails, more rarely.
  static constexpr BootTime shortest_pause = std::chrono::seconds(1);
  static constexpr BootTime longest_pause = std::chrono::minutes(1);

  /// Tokens' times are cut to whole seconds, so one may end so much earlier than it seems to.
  static constexpr BootTime rounding = std::chrono::seconds(1);

  /// A failure so long before the end leaves time for one more try.
  static constexpr BootTime last_try = std::chrono::seconds(10);

  /// A token is not replaced sooner than after this, or half of its life.
  static constexpr BootTime shortest_life = std::chrono::minutes(5);

  /// No more than the minute by which effective_refresh_ahead() is more than min_ttl.
  static constexpr BootTime longest_spread = std::chrono::minutes(1);

  /// There is a token with so much left, which is to be renewed with `ahead` left; one that ages sooner than
  /// after shortest_life is renewed then, or at half of what is left.
  void renewed(BootTime now, std::chrono::seconds left, std::chrono::seconds ahead, double chance) noexcept;

  /// There is none, or none newer than the one that was to be renewed. The pauses grow from one failure to
  /// the next; before the old token's end, and at its end, there is a try in any case.
  void failed(BootTime now, double chance) noexcept;

  /// When to look next.
  [[nodiscard]] BootTime next() const noexcept { return next_; }

  /// When the token that there was last is not good any more. Nothing before there was one.
  [[nodiscard]] std::optional<BootTime> end() const noexcept { return end_; }

 private:
  BootTime next_{};
  std::optional<BootTime> end_;
  unsigned failures_ = 0;
};

}  // namespace sase::token
