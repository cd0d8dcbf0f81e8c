// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile.hpp"
#include "helper/config/profile_selector.hpp"
#include "helper/config/settings.hpp"
#include "helper/diagnose/doctor_report.hpp"
#include "helper/environment.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sase::diagnose {

/// The region that settings select; empty if they set only `url`.
[[nodiscard]] std::string region_name(const config::Settings& values);

/// A URL or proxy without its user name and password.
[[nodiscard]] std::string without_credentials(std::string_view url);

/// All settings in the order of their table, with the effective value and its origin. Of key sources, only
/// the path of a file and the name of a set variable are shown: any other value may be a misplaced key.
[[nodiscard]] std::vector<EffectiveSetting> effective_settings(const config::Profile& profile,
                                                               const config::Settings& values,
                                                               const Environment& environment);

/// The settings of the profile that is selected without a host.
struct CheckedSettings {
  CheckResult check;
  std::string profile;                  ///< its name; empty if none can be selected
  config::ProfileSettings given;        ///< with the origin of each setting
  std::optional<config::Profile> made;  ///< nothing if a setting is invalid
  std::vector<EffectiveSetting> shown;  ///< likewise empty
};

[[nodiscard]] CheckedSettings check_settings(const config::ProfileSelector& choice,
                                             const Environment& environment);

}  // namespace sase::diagnose
