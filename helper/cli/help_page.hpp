// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cli/command.hpp"

#include <string>

namespace sase::cli {

/// How the program is called, in one line without its end.
[[nodiscard]] std::string usage_line(Commands commands);

/// All commands and topics, on one screen.
[[nodiscard]] std::string overview_page(Commands commands);

/// One command: what it does, its flags, examples.
[[nodiscard]] std::string command_page(const Command& command);

}  // namespace sase::cli
