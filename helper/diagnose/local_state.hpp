// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile.hpp"
#include "helper/diagnose/doctor_report.hpp"
#include "helper/environment.hpp"
#include "helper/rate_limit/request_log.hpp"
#include "helper/token/api_key_handle.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace sase::diagnose {

/// A failure in the request log.
struct RememberedFailure {
  std::string what;
  std::chrono::seconds ago{};
};

/// The state that this machine stores for one profile.
struct LocalState {
  std::optional<std::chrono::seconds> token_left;  ///< of the cached token, if it is valid
  std::optional<RememberedFailure> failure;        ///< of the last request, if it failed
  std::string pause;  ///< why no request would be sent now, and for how long; empty if one would be
};

/// Reads the state without changing it or running a key command. `directory` is the state directory. Throws
/// std::system_error if a part exists but is unusable.
[[nodiscard]] LocalState read_local_state(const config::Profile& profile, token::ApiKeyHandle& key,
                                          const std::optional<std::string>& directory);

/// The pause or the last failure, for a message; empty if there is neither.
[[nodiscard]] std::string describe_problem(const LocalState& state);

/// The part of the state that is in the request log.
[[nodiscard]] LocalState make_local_state(const rate_limit::RequestLog& log, BootTime now,
                                          std::chrono::seconds min_ttl);

/// Checks the state directory, which is created if necessary, and this profile's files in it. The remedy of a
/// failed check is a command to run.
[[nodiscard]] CheckResult check_files(const config::Profile& profile, token::ApiKeyHandle& key,
                                      const Environment& environment);

}  // namespace sase::diagnose
