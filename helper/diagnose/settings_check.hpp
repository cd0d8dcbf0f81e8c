// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile_selector.hpp"
#include "helper/diagnose/check_result.hpp"
#include "helper/diagnose/effective_setting.hpp"
#include "helper/environment.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sase::diagnose {

/// The settings of the profile that a call without a host means.
struct CheckedSettings {
  CheckResult check;
  std::string profile;                  ///< its name; empty where none can be chosen
  config::ProfileSettings given;        ///< where each setting came from
  std::optional<config::Profile> made;  ///< nothing where a setting is wrong
  std::vector<EffectiveSetting> shown;  ///< empty likewise
};

[[nodiscard]] CheckedSettings check_settings(const config::ProfileSelector& choice,
                                             const Environment& environment);

}  // namespace sase::diagnose
