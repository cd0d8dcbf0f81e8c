// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/command.hpp"

#include "helper/names.hpp"
#include "protocol/ascii.hpp"
#include "protocol/dialects/token_format.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace sase::cli {

namespace {

/// A character that text programs put in place of ASCII.
struct Typography {
  std::string_view bytes;
  const char* name;
  const char* original;
};

constexpr std::array typography = {
    Typography{"\xe2\x80\x94", "an em dash (U+2014)", "--"},
    Typography{"\xe2\x80\x93", "an en dash (U+2013)", "--"},
    Typography{"\xe2\x80\x91", "a non-breaking hyphen (U+2011)", "-"},
    Typography{"\xe2\x88\x92", "a minus sign (U+2212)", "-"},
    Typography{"\xe2\x80\x9c", "a quotation mark (U+201C)", "\""},
    Typography{"\xe2\x80\x9d", "a quotation mark (U+201D)", "\""},
    Typography{"\xe2\x80\x98", "a quotation mark (U+2018)", "'"},
    Typography{"\xe2\x80\x99", "a quotation mark (U+2019)", "'"},
};

std::string list_commands_that_accept(const Flag& flag, Commands commands) {
  std::vector<std::string_view> names;
  for (const Command& command : commands)
    if (command.accepts(flag)) names.push_back(command.name);
  return join(names);
}

/// The hint for the operands of a command that takes none. An unknown one may be a key.
std::string advise(const Command& command, const std::vector<std::string>& operands) {
  for (const std::string& word : operands) {
    if (command.flags.find("format") != std::string_view::npos &&
        protocol::find_token_format(word) != nullptr)
      return "did you mean '--format " + word + "'?";
    if (config::find_region(word) != nullptr) return "did you mean '--region " + word + "'?";
  }
  const bool may_be_key = command.name == "login" || quote_if_short(operands.front()).empty();
  return may_be_key ? where_a_key_goes : "see: sase-credential help " + std::string(command.name);
}

}  // namespace

bool Command::accepts(const Flag& flag) const noexcept {
  if (flag.scope == FlagScope::all) return true;
  for (std::string_view rest = flags; !rest.empty();)
    if (protocol::next_part(rest, ' ') == flag.name) return true;
  return false;
}

const Command* find_command(Commands commands, std::string_view name) noexcept {
  const auto found = std::ranges::find(commands, name, &Command::name);
  return found == commands.end() ? nullptr : &*found;
}

std::vector<std::string_view> to_names(Commands commands) {
  std::vector<std::string_view> names(commands.size());
  std::ranges::transform(commands, names.begin(), &Command::name);
  return names;
}

Failure unknown_command(Commands commands, std::string_view name) {
  // `-region` lacks its second dash.
  if (name.starts_with('-') && name.find_first_not_of('-') != std::string_view::npos)
    return unknown_flag(name);
  const std::string what = "unknown command" + quote_if_short(name);
  if (protocol::find_token_format(name) != nullptr)
    return Failure(ExitCode::usage_error, what, "did you mean 'token --format " + std::string(name) + "'?");
  return Failure(ExitCode::usage_error, what, suggest(name, to_names(commands), see_overview));
}

void reject_typography(std::span<const char* const> arguments) {
  const auto end = std::ranges::find(arguments, std::string_view("--"));
  for (const std::string_view argument : std::span(arguments.begin(), end))
    for (const Typography& row : typography)
      if (argument.starts_with(row.bytes) || argument.ends_with(row.bytes))
        throw Failure(
            ExitCode::usage_error,
            "the argument" + quote_if_short(argument) + " has " + row.name + " in place of " + row.original,
            std::string("type ") + row.original + " instead of pasting it");
}

void reject_unsupported_arguments(Commands commands, const Command& command, const CommandLine& line) {
  const std::string name = "'" + std::string(command.name) + "'";
  if (command.operands.empty() && !line.operands.empty()) {
    if (line.operands.size() == 1 && line.operands.front().starts_with('-'))
      throw unknown_flag(line.operands.front());
    throw Failure(ExitCode::usage_error, name + " takes no operand", advise(command, line.operands));
  }
  for (const Flag* const flag : line.flags)
    if (!command.accepts(*flag))
      throw Failure(ExitCode::usage_error,
                    name + " does not accept the flag '--" + std::string(flag->name) + "'",
                    "these do: " + list_commands_that_accept(*flag, commands));
}

}  // namespace sase::cli
