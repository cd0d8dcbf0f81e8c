// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/help.hpp"

#include "helper/commands/command.hpp"
#include "helper/settings.hpp"
#include "protocol/token_format.hpp"

#include <cstddef>
#include <string_view>

namespace sase::helper {

namespace {

/// Where the meanings begin.
constexpr std::size_t meaning_column = 26;

void append_row(std::string& text, std::string_view word, std::string_view argument,
                std::string_view meaning) {
  std::string row = "  ";
  row += word;
  if (!argument.empty()) row.append(" ").append(argument);
  row.append(row.size() < meaning_column ? meaning_column - row.size() : 1, ' ');
  row += meaning;
  text += row;
  text += '\n';
}

void append_flag(std::string& text, std::string_view name, std::string_view argument,
                 std::string_view meaning) {
  append_row(text, "--" + std::string(name), argument, meaning);
}

}  // namespace

std::string usage_text() {
  std::string names;
  for (const Command& command : commands())
    names += (names.empty() ? "" : " | ") + std::string(command.name);
  return "usage: sase-credential [FLAG...] (" + names + ")\n";
}

std::string help_text() {
  std::string text =
      usage_text() + "\nBearer tokens for the Check Point SASE API, cached and shared.\n\ncommands:\n";
  for (const Command& command : commands())
    append_row(text, command.name, command.operands, command.meaning);
  text += "\nflags:\n";
  for (const Flag& flag : command_flags())
    append_flag(text, flag.name, flag.argument, flag.meaning);
  text += "\nsettings (as flags here, as 'name = value' in a profile, as SASE_NAME in the environment):\n";
  for (const Setting& setting : settings)
    append_flag(text, setting.name, setting.argument, setting.meaning);
  text += "\nformats of 'token':\n";
  for (const auto& format : protocol::token_formats)
    append_row(text, format.name, "", format.meaning);
  return text;
}

ExitCode help(const Call& call) {
  if (!call.line.operands.empty() && find_command(call.line.operands.front()) == nullptr)
    throw unknown_command(call.line.operands.front());
  write_output(call, help_text());
  return ExitCode::done;
}

}  // namespace sase::helper
