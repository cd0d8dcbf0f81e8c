// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/clock.hpp"
#include "protocol/secret.hpp"

#include <chrono>
#include <cstdint>

namespace sase {

/// A token and its expiry, as it passes from cache or service to the reply.
struct Token {
  protocol::BearerToken bearer;
  Expiry expiry;
  std::uint16_t spread = 0;  ///< random for each stored token
};

/// The expiry as replies state it.
struct ExpiryTimes {
  std::chrono::seconds expires_in{};    ///< what is left now
  std::chrono::sys_seconds expires_at;  ///< by the wall clock of this machine

  /// While the clocks differ by no more than this, each reply with a token states the same `expires_at`.
  static constexpr std::chrono::seconds tolerance{2};

  [[nodiscard]] static ExpiryTimes from(const Expiry& expiry) {
    const ClockReading now = ClockReading::now();
    const std::chrono::seconds left = time_left(expiry, now, current_boot);
    const std::chrono::seconds difference = expiry.moment.wall - (now.wall + left);
    return {.expires_in = left, .expires_at = difference <= tolerance ? expiry.moment.wall : now.wall + left};
  }
};

}  // namespace sase
