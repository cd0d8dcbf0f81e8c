// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile.hpp"
#include "helper/config/settings.hpp"
#include "helper/environment.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sase::diagnose {

/// A setting as it is shown. Secrets are masked, text from outside is escaped.
struct EffectiveSetting {
  std::string_view name;
  std::string value;  ///< empty where it has none
  std::string from;   ///< `--region`, `SASE_REGION`, `/path/default.conf:3`, or `default`
};

/// The region that a profile's settings come to; empty where they name another service and no region.
[[nodiscard]] std::string region_name(const config::Settings& values);

/// A URL or proxy without its user name and password.
[[nodiscard]] std::string without_credentials(std::string_view url);

/// Every setting, in the order of the vocabulary, with what it comes to in this profile and where that came
/// from. Of the sources of a key only a path is shown, and a variable's name if it is set: anything else may
/// be a key that was put in the wrong place.
[[nodiscard]] std::vector<EffectiveSetting> effective_settings(const config::Profile& profile,
                                                               const config::Settings& values,
                                                               const Environment& environment);

}  // namespace sase::diagnose
