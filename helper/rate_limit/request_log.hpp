// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/clock.hpp"
#include "protocol/authorize/exchange.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sase::rate_limit {

/// No pause after rejections is longer (sparing.hpp).
inline constexpr BootTime longest_rejection_pause = std::chrono::minutes(15);

/// A call that came to no token.
struct LastFailure {
  protocol::AuthError auth_error;
  BootTime at{};
  std::string network_fingerprint;  ///< how the service was to be reached (rate_limited_authorizer.cpp); a
                                    ///< hash, and no secret
  std::string key{};                ///< of a refusal, whose key is dear: its fingerprint (api_key_handle.hpp)
  BootTime confirmed{};             ///< when it was last found that the key is still that one
};

/// A token that the service gave.
struct LastSuccess {
  BootTime at{};
  std::chrono::seconds lifetime{};
  bool after_erase = false;  ///< the token before it had been rejected
  bool too_short = false;    ///< it lived for less than the call wanted that asked for it
  bool ahead = false;        ///< it was asked for while the one before was still good
};

/// What is remembered of the requests for one API key at one URL, so that the service is spared
/// (sparing.hpp). Holds no secret.
struct RequestLog {
  std::vector<BootTime> requests;           ///< when they were sent, the oldest first
  std::optional<LastFailure> failure;       ///< of the last call, if it failed
  std::optional<LastSuccess> grant;         ///< of the last call that did not
  std::optional<BootTime> refresh_started;  ///< of one that has not come to an end, or failed
  bool erased = false;                      ///< the last token was rejected
  unsigned consecutive_rejections = 0;      ///< how often in a row a new token was rejected at once
  BootTime paused_until{};                  ///< no token is asked for until then

  /// The bytes of a ledger. Throws protocol::ProtocolError for words that do not fit into a line.
  [[nodiscard]] std::string write(const BootId& boot) const;

  /// Reads them back. Empty when they are damaged, of another start of the machine, or of a time to come.
  [[nodiscard]] static RequestLog parse(std::string_view bytes, const BootId& boot, BootTime now);
};

}  // namespace sase::rate_limit
