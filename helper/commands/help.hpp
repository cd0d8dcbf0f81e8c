// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sase::helper {

/// How the program is called, in a few lines; what is shown when no command is given.
[[nodiscard]] std::string usage_text();

/// All commands, flags, settings and formats.
[[nodiscard]] std::string help_text();

}  // namespace sase::helper
