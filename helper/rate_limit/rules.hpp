// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/rate_limit/request_log.hpp"

#include <chrono>
#include <optional>
#include <string_view>

/// How the service is spared: rules over what is remembered and a time that is passed in.
namespace sase::rate_limit {

/// At most so many requests for one key go to the service within the window, for whatever reason.
inline constexpr unsigned request_limit = 5;
inline constexpr BootTime request_window = std::chrono::minutes(1);

/// A failure that may be gone at once is shared with those who were waiting for the call that met it, and for
/// this long with those who come after.
inline constexpr BootTime failure_shared = std::chrono::seconds(2);

/// A refused key is not tried again for this long. Another key has a history of its own.
inline constexpr BootTime rejection_remembered_for = std::chrono::minutes(5);

/// What the service says with `Retry-After` is obeyed, but an absurd value must not lock anybody out for
/// days.
inline constexpr std::chrono::seconds longest_retry_after = std::chrono::hours(1);

/// A new token that is rejected within this time is a strike, and each strike doubles the pause.
inline constexpr BootTime quick_rejection = std::chrono::minutes(5);
inline constexpr BootTime first_rejection_pause = std::chrono::minutes(1);

/// Tokens that live for less than min-ttl are not asked for again for this long.
inline constexpr BootTime short_life_remembered = std::chrono::minutes(5);

/// While the old token is good, a renewal that has failed, or has begun and not come to an end, is not
/// repeated for this long.
inline constexpr BootTime refresh_retry_pause = std::chrono::minutes(1);

/// A call that has found no token and would now ask the service.
struct AttemptContext {
  BootTime started{};                    ///< when the call began to wait
  BootTime now{};                        ///< now
  std::string_view network_fingerprint;  ///< how it would reach the service
  std::chrono::seconds min_ttl{};        ///< how long its token must live
};

/// Why the service is not asked, or nothing where it may be.
[[nodiscard]] std::optional<protocol::AuthError> why_blocked(const RequestLog& log,
                                                             const AttemptContext& question);

/// The failure of a call that ended since this one started, if it says something of this one's request too.
[[nodiscard]] std::optional<protocol::AuthError> failure_since(const RequestLog& log,
                                                               const AttemptContext& question);

/// What is said of a new token that lives for less than `min_ttl`, or did when it was asked for.
[[nodiscard]] protocol::AuthError too_short(std::chrono::seconds lifetime, std::chrono::seconds min_ttl);

/// What is said of a new token that is dead by the time that it is here.
[[nodiscard]] protocol::AuthError dead_on_arrival();

/// Whether a token that is still good may be renewed by a call that nobody waits for. `refresh_ahead` is what
/// made it want to.
[[nodiscard]] bool may_refresh(const RequestLog& log, const AttemptContext& question,
                               std::chrono::seconds refresh_ahead);

/// How many requests may be sent now.
[[nodiscard]] unsigned requests_left(const RequestLog& log, BootTime now) noexcept;

/// Counts a request before it is sent, so that one whose call is killed meanwhile counts. What such a call
/// may have sent again after a failure is not known.
void count_before_send(RequestLog& log, BootTime now);

/// Puts what was sent in the place of the one that count_before_send() counted.
void correct_count(RequestLog& log, unsigned sent, BootTime now);

/// Takes down that a renewal begins, which may be killed before it comes to anything.
void record_refresh_start(RequestLog& log, BootTime now);

/// Whether the key was refused and that still counts, so that another one would be tried.
[[nodiscard]] bool is_rejection_remembered(const RequestLog& log, BootTime now) noexcept;

/// Takes down which key the service would be asked with now, where it is_rejection_remembered(). Another one
/// than the one that was refused has not been refused.
void record_key_fingerprint(RequestLog& log, std::string_view fingerprint, BootTime now);

void record_failure(RequestLog& log, protocol::AuthError auth_error, std::string_view network_fingerprint,
                    BootTime now);
/// `too_short`: it lives for less than the call wants that asked. `ahead`: the token before it is still good.
void record_success(RequestLog& log, std::chrono::seconds lifetime, bool too_short, bool ahead, BootTime now);

/// The cached token was rejected by whoever it was given to.
void record_erase(RequestLog& log, BootTime now);

}  // namespace sase::rate_limit
