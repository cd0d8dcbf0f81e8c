// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/clock.hpp"
#include "protocol/authorize/response.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sase::rate_limit {

/// The longest pause after rejections (rules.hpp).
inline constexpr std::chrono::milliseconds longest_rejection_pause = std::chrono::minutes(15);

/// The process that holds the refresh lock (lock_protocol.hpp), as it has recorded itself.
struct LockHolder {
  int pid = 0;  ///< 0 if a full disk kept it from being recorded
  BootTime since{};
  BootTime deadline{};  ///< of its call

  [[nodiscard]] friend bool operator==(const LockHolder&, const LockHolder&) = default;
};

/// The last request that failed, while no later one succeeded.
struct LastFailure {
  protocol::AuthError auth_error;
  BootTime at{};
  std::string network_fingerprint;         ///< hash of the network settings of the call that failed
  std::string rejected_key_fingerprint{};  ///< of a key that is deferred (api_key_handle.hpp); else empty
  BootTime rejected_key_last_seen{};       ///< when the same key was last found to be in use
};

/// The last request that succeeded.
struct LastSuccess {
  BootTime at{};
  std::chrono::seconds lifetime{};  ///< of the token
  bool after_erase = false;         ///< the token before it had been rejected
  bool too_short = false;           ///< the lifetime was less than the min-ttl of the call
  bool was_refresh = false;         ///< requested while the cached token was still good
  std::string tag = {};             ///< of the token, with a fleet (cache/fleet_cipher.hpp)
};

/// What a call got from the fleet.
enum class FleetUse {
  hit,         ///< the token of another host
  waited,      ///< the same, after another host had requested it
  authorized,  ///< a new token, which the fleet shares
  refreshed,   ///< the same, while the old one was still good
  fallback,    ///< a token without the fleet
};

/// In the order of FleetUse.
inline constexpr std::array<std::string_view, 5> fleet_uses = {"hit", "waited", "authorized", "refreshed",
                                                               "fallback"};

/// What this host remembers of the fleet.
struct FleetMemory {
  std::optional<FleetUse> last_use;
  BootTime last_used{};
  std::optional<BootTime> unavailable_since;  ///< nothing after a reply of the store
  BootTime retry_at{};                        ///< the store is not contacted before
  std::string error{};                        ///< why it was unavailable
  std::optional<BootTime> damage_reported{};  ///< that a record cannot be decrypted
  std::vector<std::string> rejected_tags{};   ///< of the last erased tokens, oldest first
  BootTime rejected_at{};                     ///< when the last of them was erased
};

/// What is recorded of the requests for one key id, so that the rules (rules.hpp) can limit their rate. Holds
/// no secret. In the lock file it is a list of key=value lines that is valid for one boot.
struct RequestLog {
  std::vector<BootTime> requests;           ///< when each was sent, oldest first
  std::optional<LastFailure> failure;       ///< of the last call, if it failed
  std::optional<LastSuccess> success;       ///< of the last call that succeeded
  std::optional<BootTime> refresh_started;  ///< of a refresh that has not succeeded
  bool erased = false;                      ///< the last token was rejected
  unsigned consecutive_rejections = 0;      ///< new tokens in a row that were rejected soon
  BootTime paused_until{};                  ///< no token is requested before
  FleetMemory fleet;
  std::optional<LockHolder> holder;  ///< the last process that acquired the lock
  bool has_taken_over = false;       ///< contains the log of the lock file's predecessor (lock_protocol.hpp)
  std::int64_t sequence = 0;         ///< counts the writes

  /// Its text. Throws protocol::ProtocolError for a text that is not printable.
  [[nodiscard]] std::string write(const BootId& boot) const;

  /// Reads them back. Empty if they are damaged, of another boot, or contain a time in the future.
  [[nodiscard]] static RequestLog parse(std::string_view bytes, const BootId& boot, BootTime now);
};

}  // namespace sase::rate_limit
