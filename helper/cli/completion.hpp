// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cli/command.hpp"
#include "helper/config/profile_files.hpp"

#include <span>
#include <string>

namespace sase::cli {

/// The line that tells the shell to complete file names.
inline constexpr std::string_view files_candidate = ":files";

/// The candidates for the last of the program's arguments, one a line: the whole argument, a tab, its
/// meaning. Reads the tables and the names of profiles, and no other file.
[[nodiscard]] std::string list_candidates(Commands commands, std::span<const std::string> arguments,
                                          const config::ProfileFiles& profiles);

}  // namespace sase::cli
