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
  bool is_chosen = false;          ///< selected by a call that names no profile
  std::optional<Failure> failure;  ///< an error in its settings; then the rest is empty
  std::string region;              ///< empty if it has only a `url`
  std::string api;
  std::string host;
  std::string key;                           ///< the key source
  std::optional<Failure> key_failure;        ///< why the key cannot be read; then `kept` is empty
  std::optional<std::string> state_trouble;  ///< why the local state cannot be read
  LocalState kept;

  [[nodiscard]] bool is_failed() const noexcept { return failure || key_failure || state_trouble; }
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
