// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cli/command_line.hpp"
#include "helper/failure.hpp"

#include <span>
#include <string_view>

namespace sase::commands {
struct Call;
}

namespace sase::cli {

/// One row of the table of commands. Dispatch, help, completion and the tests of the documents read it.
struct Command {
  std::string_view name;
  std::string_view operands;     ///< as help shows them; empty if it takes none
  std::string_view meaning;      ///< one line for help
  std::string_view flags;        ///< flags with FlagScope::listed that it accepts, separated by blanks
  std::string_view description;  ///< a few lines for its help page, of at most 78 columns
  std::string_view examples;     ///< one or two lines of the same width
  ExitCode (*run)(const commands::Call&);

  [[nodiscard]] bool accepts(const Flag& flag) const noexcept;
};

using Commands = std::span<const Command>;

/// How operands are written that completion knows.
inline constexpr std::string_view file_operand = "FILE";
inline constexpr std::string_view topic_operand = "[COMMAND|TOPIC]";

/// Null if no command has the name.
[[nodiscard]] const Command* find_command(Commands commands, std::string_view name) noexcept;

[[nodiscard]] std::vector<std::string_view> to_names(Commands commands);

/// The usage error for an unknown command. Its hint names the nearest command, format or flag.
[[nodiscard]] Failure unknown_command(Commands commands, std::string_view name);

/// Throws Failure (usage) if an argument before `--` begins or ends with a dash or a quotation mark that a
/// text program has put in place of ASCII.
void reject_typography(std::span<const char* const> arguments);

/// Throws Failure (usage) if the line has operands or flags that the command does not accept.
void reject_unsupported_arguments(Commands commands, const Command& command, const CommandLine& line);

}  // namespace sase::cli
