// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/settings.hpp"

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sase::helper {

/// What was asked on the command line.
struct CommandLine {
  std::optional<std::string> command;
  std::vector<std::string> operands;  ///< the words behind it
  std::vector<Assignment> settings;   ///< the layer of the flags; points into `values`
  std::deque<std::string> values;     ///< a deque, because its elements do not move when it grows or is moved
  std::optional<std::string> profile;
  std::optional<std::string> format;
  bool no_prompt = false;
  bool help = false;
  bool version = false;
};

/// Reads the words behind the program's name. Flags may stand before and behind the command, `--name value`
/// or
/// `--name=value`; their names are never cut short. Throws Failure (usage), naming the nearest flag.
[[nodiscard]] CommandLine parse_command_line(std::span<const char* const> words);

/// The flags that are no settings, with their meanings, for help.
struct Flag {
  std::string_view name;
  std::string_view argument;  ///< empty where it takes none
  std::string_view meaning;
};
[[nodiscard]] std::span<const Flag> command_flags() noexcept;

}  // namespace sase::helper
