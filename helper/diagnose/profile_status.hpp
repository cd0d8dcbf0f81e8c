// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile_selector.hpp"
#include "helper/diagnose/local_state.hpp"
#include "helper/environment.hpp"
#include "helper/failure.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sase::diagnose {

/// What is known of a profile without asking anybody. Text from outside is escaped; no secret is among it.
struct ProfileStatus {
  std::string name;
  bool is_chosen = false;          ///< a call that names no profile means this one
  std::optional<Failure> failure;  ///< why its settings cannot be used; then the rest is empty
  std::string region;              ///< empty for another service
  std::string api;
  std::string host;
  std::string key;                           ///< where the key comes from
  std::optional<Failure> key_failure;        ///< why it cannot be read; what is kept is then not known
  std::optional<std::string> state_trouble;  ///< why what is kept cannot be looked at
  LocalState kept;

  [[nodiscard]] bool is_failed() const noexcept { return failure || key_failure || state_trouble; }
};

/// Reads the profile and its key, and runs no command for it.
[[nodiscard]] ProfileStatus status_of(const config::ProfileSelector& choice, std::string_view name,
                                      const Environment& environment);

}  // namespace sase::diagnose
