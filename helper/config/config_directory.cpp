// SPDX-License-Identifier: Apache-2.0
#include "helper/config/config_directory.hpp"

namespace sase::config {

std::optional<std::string> config_directory(const Environment& environment) {
  if (const auto config = environment.find("XDG_CONFIG_HOME"); config && config->starts_with('/'))
    return std::string(*config) + "/sase-credential";
  if (const auto home = environment.find("HOME"); home && home->starts_with('/'))
    return std::string(*home) + "/.config/sase-credential";
  return std::nullopt;
}

}  // namespace sase::config
