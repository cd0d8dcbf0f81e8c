// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/settings.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sase::cli {

struct Flag;

/// What was asked on the command line.
struct CommandLine {
  std::optional<std::string> command;
  std::vector<std::string> operands;         ///< the words behind it
  std::optional<std::size_t> verbatim;       ///< how many of those stand before '--', if that is there
  std::vector<config::Assignment> settings;  ///< the layer of the flags; points into `values`
  std::deque<std::string> values;  ///< a deque, because its elements do not move when it grows or is moved
  std::vector<const Flag*> flags;  ///< those that are no settings, in their order
  std::optional<std::string> profile;
  std::optional<std::string> format;
  std::optional<std::string> dialect;
  std::optional<std::string> mode;
  std::optional<std::string> group;
  bool no_prompt = false;
  bool no_verify = false;
  bool from_stdin = false;
  bool once = false;
  bool json = false;
  bool help = false;
  bool version = false;
};

/// Which commands understand a flag.
enum class FlagScope {
  listed,  ///< those whose row in the table of commands names it
  all,
};

/// A flag that is no setting: a row of the table that parses, helps and completes.
struct Flag {
  std::string_view name;
  std::string_view argument;  ///< empty where it takes none; what is PROFILE is completed as one
  std::string_view meaning;   ///< one line for help
  std::variant<bool CommandLine::*, std::optional<std::string> CommandLine::*> place;
  FlagScope scope = FlagScope::listed;
  std::span<const NamedValue> (*words)() =
      nullptr;  ///< the values it knows; null where they are not a few words
};

[[nodiscard]] std::span<const Flag> command_flags() noexcept;

/// How a command is written whose flags are not ours, for hints.
inline constexpr const char* exec_form = "write: sase-credential exec -- CMD ARG...";

/// Reads the words behind the program's name. Flags may stand before and behind the command, `--name value`
/// or `--name=value`; their names are never cut short, but `-h` is `--help`. Behind the first `--` every word
/// is an operand as it stands, even a second `--`. Throws Failure (usage), naming
/// the nearest flag. Whether the command understands its flags is another's question.
[[nodiscard]] CommandLine parse_command_line(std::span<const char* const> words);

/// The names of all flags, settings included, without their dashes.
[[nodiscard]] std::vector<std::string_view> flag_names();

}  // namespace sase::cli
