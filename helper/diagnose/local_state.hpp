// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile.hpp"
#include "helper/rate_limit/request_log.hpp"
#include "helper/token/api_key_handle.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace sase::diagnose {

/// A failure that is remembered, in words for a person.
struct RememberedFailure {
  std::string what;
  std::chrono::seconds ago{};
};

/// What this machine keeps of one profile.
struct LocalState {
  std::optional<std::chrono::seconds> token_left;  ///< of the cached token, if there is one that lives
  std::optional<RememberedFailure> failure;        ///< of the last call that asked the service, if it failed
  std::string pause;  ///< why the service would not be asked now, and for how long; empty where it would be
};

/// Looks, and makes and changes nothing, nor runs a command for the key. `directory` is the state directory.
/// Throws std::system_error where something that is there cannot be used.
[[nodiscard]] LocalState read_local_state(const config::Profile& profile, token::ApiKeyHandle& key,
                                          const std::optional<std::string>& directory);

/// The part of it that is in a ledger.
[[nodiscard]] LocalState recall(const rate_limit::RequestLog& log, BootTime now,
                                std::chrono::seconds min_ttl);

}  // namespace sase::diagnose
