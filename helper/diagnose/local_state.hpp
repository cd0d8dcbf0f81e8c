// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile.hpp"
#include "helper/rate_limit/request_log.hpp"
#include "helper/token/api_key_handle.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace sase::helper {

/// A failure that is remembered, in words for a person.
struct RememberedFailure {
  std::string what;
  std::chrono::seconds ago{};
};

/// What this machine keeps of one profile.
struct KeptState {
  std::optional<std::chrono::seconds> token_left;  ///< of the cached token, if there is one that lives
  std::optional<RememberedFailure> failure;        ///< of the last call that asked the service, if it failed
  std::string pause;  ///< why the service would not be asked now, and for how long; empty where it would be
};

/// Looks, and makes and changes nothing, nor runs a command for the key. `folder` is the state folder. Throws
/// std::system_error where something that is there cannot be used.
[[nodiscard]] KeptState look_at_state(const Profile& profile, KeyHolder& key,
                                      const std::optional<std::string>& folder);

/// The part of it that is in a ledger.
[[nodiscard]] KeptState recall(const History& history, Instant now, std::chrono::seconds min_ttl);

}  // namespace sase::helper
