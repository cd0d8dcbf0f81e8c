// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cli/terminal.hpp"
#include "helper/config/profile.hpp"
#include "helper/config/profile_selector.hpp"
#include "helper/environment.hpp"
#include "helper/failure.hpp"
#include "helper/rate_limit/request_log.hpp"
#include "helper/token/api_key_handle.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// The status of a profile, found without a request. Contains no secret; text from outside is escaped.
struct ProfileStatus {
  std::string name;
  bool is_chosen = false;  ///< selected by a call that names no profile
  std::string region;      ///< empty if it has only a `url`
  std::string api;
  std::string host;
  std::string key;  ///< the key source
  LocalState local_state;
  std::optional<Failure> failure;  ///< of the settings, the key or the local state; what follows it is empty
};

/// Reads the profile and its key, but runs no key command.
[[nodiscard]] ProfileStatus read_status(const config::ProfileSelector& choice, std::string_view name,
                                        const Environment& environment);

/// For people: a row for each profile, its problems below the row. `*` marks the default profile.
[[nodiscard]] std::string status_text(const std::vector<ProfileStatus>& profiles,
                                      const cli::Terminal& terminal);

/// For programs: one JSON object in one line. sase-credential(1) documents it.
[[nodiscard]] std::string status_json(const std::vector<ProfileStatus>& profiles);

}  // namespace sase::diagnose
