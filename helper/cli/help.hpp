// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cli/command_line.hpp"
#include "helper/config/directories.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace sase::cli {

/// No line of a help page is longer.
inline constexpr std::size_t help_width = 80;

/// A help page about a subject that is not a command: one row of the table of topics.
struct Topic {
  std::string_view name;
  std::string_view meaning;  ///< one line for help
  std::string (*page)();
};

[[nodiscard]] std::span<const Topic> topics() noexcept;

/// Null if no topic has the name.
[[nodiscard]] const Topic* find_topic(std::string_view name) noexcept;

/// The synopsis, as one line without its newline.
[[nodiscard]] std::string usage_line(Commands commands);

/// The page that lists all commands and topics.
[[nodiscard]] std::string overview_page(Commands commands);

/// The page of one command: what it does, its flags, examples.
[[nodiscard]] std::string command_page(const Command& command);

/// The candidates for the last of the program's arguments, one a line: the whole argument, a tab, its
/// meaning. The line `:files` tells the shell to complete file names. Reads the tables and the names of
/// profiles, and no other file.
[[nodiscard]] std::string list_candidates(Commands commands, std::span<const std::string> arguments,
                                          const config::ProfileFiles& profiles);

}  // namespace sase::cli
