// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cache/fleet_cipher.hpp"
#include "helper/clock.hpp"
#include "helper/rate_limit/request_log.hpp"
#include "protocol/fleet/reply.hpp"
#include "protocol/secret.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sase::token {

/// A token of the store. Times are on the store's clock.
struct FleetToken {
  std::chrono::sys_seconds issued_at;
  std::chrono::seconds lifetime{};
  protocol::Secret bearer;  ///< b64token text

  /// Less than the service granted by what the clocks may be off; zero or less without a usable token.
  [[nodiscard]] std::chrono::seconds time_left(std::chrono::sys_seconds now) const noexcept;
};

/// What the hosts of a fleet share: the token and a request log whose times are on the store's clock.
struct FleetRecord {
  std::optional<FleetToken> token;
  rate_limit::RequestLog log;

  [[nodiscard]] std::string encrypt(const cache::FleetIdentity& identity,
                                    const cache::FleetPlace& place) const;

  /// Nothing if the value cannot be decrypted or is damaged.
  [[nodiscard]] static std::optional<FleetRecord> decrypt(const cache::FleetIdentity& identity,
                                                          const protocol::StoredValue& value,
                                                          std::chrono::sys_seconds now);
};

/// Who authorizes at the moment.
struct FleetLock {
  std::string host;
  std::uint32_t pid = 0;
  std::chrono::sys_seconds expires_at;  ///< the deadline of the holder's call

  /// `'web1' (process 4711)`
  [[nodiscard]] std::string describe() const;

  [[nodiscard]] std::string encrypt(const cache::FleetIdentity& identity) const;
  [[nodiscard]] static std::optional<FleetLock> decrypt(const cache::FleetIdentity& identity,
                                                        std::string_view bytes);
};

/// The store's time in the shared log.
[[nodiscard]] inline BootTime to_log_time(std::chrono::sys_seconds time) noexcept {
  return BootTime(time.time_since_epoch());
}

}  // namespace sase::token
