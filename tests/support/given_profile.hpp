// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile.hpp"
#include "tests/support/environment_list.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sase::tests {

using Given = std::vector<std::pair<std::string, std::string>>;

/// A profile of these settings, as if they stood in a file.
inline config::Profile parse_profile(const Given& given, const Environment& environment) {
  std::vector<config::Assignment> layer;
  for (const auto& [name, value] : given)
    layer.push_back({.setting = config::find_setting(name),
                     .value = value,
                     .layer = config::Layer::user_file,
                     .file = "/p/default.conf",
                     .line = static_cast<unsigned>(layer.size()) + 1});
  config::Settings values;
  values.add(layer);
  values.add(config::read_common_variables(environment));
  return config::make_profile("default", values);
}

inline config::Profile parse_profile(const Given& given) {
  const EnvironmentList nothing{};
  return parse_profile(given, *nothing);
}

}  // namespace sase::tests
