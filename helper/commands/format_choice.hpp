// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cli/command_line.hpp"
#include "protocol/dialects/token_format.hpp"

namespace sase::commands {

/// The format that `--format` names, or the first of them. Throws Failure (usage), naming the nearest.
[[nodiscard]] protocol::TokenFormat format_of(const cli::CommandLine& line);

}  // namespace sase::commands
