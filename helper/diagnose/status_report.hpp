// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cli/terminal.hpp"
#include "helper/config/profile_selector.hpp"
#include "helper/diagnose/local_state.hpp"
#include "helper/environment.hpp"
#include "helper/failure.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sase::diagnose {

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
