// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/environment.hpp"

#include <optional>
#include <string>

/// The directories of the XDG Base Directory Specification. As it requires, relative values are ignored.
namespace sase::config {

/// The user's directory for profiles and keys: `$XDG_CONFIG_HOME/sase-credential`, else
/// `~/.config/sase-credential`. Nothing if the variable holds no absolute path, if HOME is missing, or if
/// that directory belongs to another user than root: its owner would decide where the API key goes.
[[nodiscard]] std::optional<std::string> config_directory(const Environment& environment);

/// The directory that config_directory() ignores because of its owner, if it exists.
[[nodiscard]] std::optional<std::string> foreign_config_directory(const Environment& environment);

/// The directory for tokens, locks and the request log: below `$XDG_RUNTIME_DIR` if that is usable, because
/// it is in memory and removed at logout; else below `$XDG_CACHE_HOME` or `~/.cache`; if that belongs to
/// another user
/// (`sudo -E`) or cannot be created (containers), in /tmp, /var/tmp or /dev/shm. Nothing if no place is
/// usable.
[[nodiscard]] std::optional<std::string> state_directory(const Environment& environment);

/// A directory of this user in memory, for a key that encrypts what is on the disk: below `$XDG_RUNTIME_DIR`,
/// or else in /dev/shm.
[[nodiscard]] std::optional<std::string> memory_directory(const Environment& environment);

}  // namespace sase::config
