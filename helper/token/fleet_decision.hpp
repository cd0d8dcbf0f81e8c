// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cache/fleet_cipher.hpp"
#include "helper/rate_limit/rules.hpp"
#include "helper/token/fleet_record.hpp"
#include "protocol/authorize/response.hpp"
#include "protocol/fleet/reply.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

/// Pure decisions about the store's snapshots. Times are on the store's clock.
namespace sase::token {

/// What a snapshot means to a host of the fleet.
struct FleetView {
  std::chrono::sys_seconds now;
  BootTime log_now;                      ///< for the log of the record
  FleetRecord record = {};               ///< empty without one
  bool is_damaged = false;               ///< there is a record, but it cannot be decrypted
  std::optional<FleetLock> holder = {};  ///< of a lock that is held

  /// A lock is free if it cannot be decrypted, if no lease ends it, or long after the holder's deadline.
  [[nodiscard]] static FleetView of(const protocol::FleetSnapshot& snapshot,
                                    const cache::FleetIdentity& identity, BootTime now);
};

/// The call that a decision is for.
struct FleetNeeds {
  std::chrono::seconds min_ttl{};
  std::chrono::seconds refresh_ahead{};
  /// What is left of the cached token, which is still good; nothing if the call needs a token.
  std::optional<std::chrono::seconds> cached_left = {};
  std::vector<std::string> rejected_tags = {};                ///< tokens that count as absent
  std::optional<protocol::AuthError> blocked = {};            ///< why this host may send no request
  std::optional<rate_limit::LastFailure> known_failure = {};  ///< in the first snapshot of the call
};

enum class FleetStep {
  use,      ///< the token of the record
  wait,     ///< for the host that holds the lock
  fail,     ///< no request may be sent
  acquire,  ///< the lock, to send a request
};

struct FleetDecision {
  FleetStep step{};
  std::optional<protocol::AuthError> error =
      {};  ///< of FleetStep::fail; nothing while the cached token is good
};

/// Whether the token counts as absent.
[[nodiscard]] bool is_rejected(const FleetToken& token, const FleetNeeds& needs);

[[nodiscard]] FleetDecision decide(const FleetView& view, const FleetNeeds& needs);

/// The store's time now, rounded up for readers and down for writers, so that errors only shorten lifetimes.
[[nodiscard]] std::chrono::sys_seconds reading_time(const protocol::StoreClock& clock, BootTime now) noexcept;
[[nodiscard]] std::chrono::sys_seconds writing_time(const protocol::StoreClock& clock, BootTime now) noexcept;

/// The store's time now for the shared log: not later than it is for readers, not earlier for writers, so
/// that errors only lengthen pauses, by less than three seconds.
[[nodiscard]] BootTime log_reading_time(const protocol::StoreClock& clock, BootTime now) noexcept;
[[nodiscard]] BootTime log_writing_time(const protocol::StoreClock& clock, BootTime now) noexcept;

}  // namespace sase::token
