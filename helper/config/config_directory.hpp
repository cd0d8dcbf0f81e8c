// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/environment.hpp"

#include <optional>
#include <string>

namespace sase::config {

/// The user's own directory of profiles and keys: `$XDG_CONFIG_HOME/sase-credential`, else
/// `~/.config/sase-credential`. Relative values are ignored, as the XDG base directory specification asks;
/// nothing where there is no absolute one.
[[nodiscard]] std::optional<std::string> config_directory(const Environment& environment);

}  // namespace sase::config
