// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/command.hpp"

#include "helper/names.hpp"
#include "protocol/dialects/token_format.hpp"

#include <algorithm>
#include <string>

namespace sase::cli {

namespace {

constexpr const char* see_overview = "see: sase-credential --help";

/// Handles `-region`, which lacks its second dash.
Failure unknown_flag(std::string_view word) {
  const std::string_view near = nearest_name(word.substr(word.find_first_not_of('-')), flag_names());
  return Failure(ExitCode::usage_error, "unknown flag" + quote_if_short(word),
                 near.empty() ? see_overview : "did you mean '--" + std::string(near) + "'?");
}

std::string list_commands_that_accept(const Flag& flag, Commands commands) {
  std::string list;
  for (const Command& command : commands)
    if (command.accepts(flag)) list.append(list.empty() ? "" : ", ").append(command.name);
  return list;
}

}  // namespace

bool Command::accepts(const Flag& flag) const noexcept {
  if (flag.scope == FlagScope::all) return true;
  for (std::string_view rest = flags; !rest.empty();) {
    const auto end = std::min(rest.find(' '), rest.size());
    if (rest.substr(0, end) == flag.name) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

const Command* find_command(Commands commands, std::string_view name) noexcept {
  const auto found = std::ranges::find(commands, name, &Command::name);
  return found == commands.end() ? nullptr : &*found;
}

std::vector<std::string_view> visible_names(Commands commands) {
  std::vector<std::string_view> names;
  for (const Command& command : commands)
    if (command.visibility == Visibility::people) names.push_back(command.name);
  return names;
}

Failure unknown_command(Commands commands, std::string_view name) {
  if (name.starts_with('-') && name.find_first_not_of('-') != std::string_view::npos)
    return unknown_flag(name);
  const std::string what = "unknown command" + quote_if_short(name);
  if (protocol::find_token_format(name) != nullptr)
    return Failure(ExitCode::usage_error, what, "did you mean 'token --format " + std::string(name) + "'?");
  return Failure(ExitCode::usage_error, what, suggest(name, visible_names(commands), see_overview));
}

void reject_unsupported_arguments(Commands commands, const Command& command, const CommandLine& line) {
  const std::string name = "'" + std::string(command.name) + "'";
  if (command.operands.empty() && !line.operands.empty())
    throw Failure(ExitCode::usage_error, name + " takes no operand");
  for (const Flag* const flag : line.flags)
    if (!command.accepts(*flag))
      throw Failure(ExitCode::usage_error,
                    name + " does not accept the flag '--" + std::string(flag->name) + "'",
                    "these do: " + list_commands_that_accept(*flag, commands));
}

}  // namespace sase::cli
