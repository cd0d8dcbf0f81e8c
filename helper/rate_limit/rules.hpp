// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/rate_limit/request_log.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

/// Pure rules that limit the rate of requests, over the request log and a time that is passed in.
namespace sase::rate_limit {

/// Rate limit: at most 5 requests per key in any 60 seconds, for any reason.
inline constexpr unsigned request_limit = 5;
inline constexpr std::chrono::milliseconds request_window = std::chrono::minutes(1);

/// Most failures also apply to the calls that start within this time after them.
inline constexpr std::chrono::milliseconds failure_shared = std::chrono::seconds(2);

/// A rejected key is not used again for this long. Another key has its own log, unless it is a deferred key:
/// record_key_fingerprint() distinguishes those.
inline constexpr std::chrono::milliseconds rejection_remembered_for = std::chrono::minutes(5);

/// A new token that is rejected within quick_rejection starts a pause, which doubles with each further one.
inline constexpr std::chrono::milliseconds quick_rejection = std::chrono::minutes(5);
inline constexpr std::chrono::milliseconds first_rejection_pause = std::chrono::minutes(1);

/// Tokens with a lifetime below min-ttl are not requested again for this long.
inline constexpr std::chrono::milliseconds short_life_remembered = std::chrono::minutes(5);

/// A refresh that failed, or did not end, is not repeated for this long while the old token is good.
inline constexpr std::chrono::milliseconds refresh_retry_pause = std::chrono::minutes(1);

/// A call that has waited sends no request with less time left than this, or than a quarter of its time: the
/// request would fail, and the calls that wait would share that failure.
inline constexpr std::chrono::milliseconds shortest_request_time = std::chrono::milliseconds(500);

/// Rejected tokens of the fleet that are remembered, the latest ones.
inline constexpr std::size_t most_rejected_tags = 4;

/// The call that the rules decide about.
struct CallContext {
  BootTime started{};
  BootTime now{};
  std::string_view network_fingerprint;  ///< of the network settings of the call
  std::chrono::seconds min_ttl{};        ///< of the token that the call needs
  BootTime deadline = BootTime::max();   ///< of the call
};

/// Why no request may be sent; nothing if it may.
[[nodiscard]] std::optional<protocol::AuthError> why_blocked(const RequestLog& log, const CallContext& call);

/// The failure of a call that ended after this one started, if it applies to this call as well.
[[nodiscard]] std::optional<protocol::AuthError> failure_since(const RequestLog& log,
                                                               const CallContext& call);

/// The error for a new token with a lifetime of no more than `min_ttl`.
[[nodiscard]] protocol::AuthError too_short(std::chrono::seconds lifetime, std::chrono::seconds min_ttl);

/// The error for a new token that has already expired.
[[nodiscard]] protocol::AuthError expired_on_arrival();

/// Whether a token that is still good may be refreshed. `refresh_ahead` is the setting that made it due.
[[nodiscard]] bool may_refresh(const RequestLog& log, CallContext call, std::chrono::seconds refresh_ahead);

/// How many requests may be sent now.
[[nodiscard]] unsigned requests_left(const RequestLog& log, BootTime now) noexcept;

/// Counts a request before it is sent, so that it counts even if the process is killed. Retries that a killed
/// process has sent are not known.
void count_before_send(RequestLog& log, BootTime now);

/// Replaces the request that count_before_send() counted by the number that was sent.
void correct_count(RequestLog& log, unsigned sent, BootTime now);

/// Whether the key was rejected and the rejection still counts.
[[nodiscard]] bool is_rejection_remembered(const RequestLog& log, BootTime now) noexcept;

/// Records the fingerprint of the key in use. A rejection is remembered for the rejected key only. Requires
/// is_rejection_remembered().
void record_key_fingerprint(RequestLog& log, std::string_view fingerprint, BootTime now);

void record_failure(RequestLog& log, protocol::AuthError auth_error, std::string_view network_fingerprint,
                    BootTime now);

/// Sets `success.after_erase` from the log; the caller's value is ignored.
void record_success(RequestLog& log, LastSuccess success);

/// Records that a server rejected a token of the fleet, unless that is recorded.
void record_rejected_tag(RequestLog& log, BootTime now, const std::string& tag);

/// Records that a server rejected the cached token. With a fleet, `tag` identifies it, and only a token that
/// this host has requested counts for the pause.
void record_erase(RequestLog& log, BootTime now, const std::string& tag = {});

/// The store is not contacted for this long after it was unavailable, plus or minus a quarter.
inline constexpr std::chrono::milliseconds fleet_pause = std::chrono::seconds(30);

/// Records what a call got from the fleet.
void record_fleet_use(RequestLog& log, FleetUse use, BootTime now);

/// Records that the store is unavailable. `jitter` is a random number from 0 to below 1.
void record_fleet_failure(RequestLog& log, std::string_view error, BootTime now, double jitter);

/// Whether the store was unavailable so recently that it is not contacted.
[[nodiscard]] bool is_fleet_paused(const RequestLog& log, BootTime now) noexcept;

}  // namespace sase::rate_limit
