// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cli/command.hpp"
#include "helper/config/profile_files.hpp"

#include <span>
#include <string>

namespace sase::cli {

/// Stands alone in a line where the shell is to offer the names of files.
inline constexpr std::string_view files_candidate = ":files";

/// What the last of the words behind the program's name may become, all candidates that begin with it: one a
/// line, a tab, its meaning. Of `--name=val` the whole word is the candidate. Looks at the tables and the
/// names of profiles, and at nothing else.
[[nodiscard]] std::string candidates(Commands commands, std::span<const std::string> words,
                                     const config::ProfileFiles& profiles);

}  // namespace sase::cli
