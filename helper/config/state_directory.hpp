// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/environment.hpp"

#include <optional>
#include <string>

namespace sase::config {

/// The directory of tokens and locks: below `$XDG_RUNTIME_DIR` where that is set, since it is in memory and
/// gone at logout, else below `$XDG_CACHE_HOME` or `~/.cache`. Nothing where none of them is an absolute
/// path.
[[nodiscard]] std::optional<std::string> state_directory(const Environment& environment);

/// The same directory where it is in memory and goes when the user has logged out; nothing elsewhere.
[[nodiscard]] std::optional<std::string> memory_directory(const Environment& environment);

}  // namespace sase::config
