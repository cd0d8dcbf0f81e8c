// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/command.hpp"

#include "helper/names.hpp"
#include "protocol/ascii.hpp"
#include "protocol/dialects/token_format.hpp"

#include <algorithm>
#include <string>

namespace sase::cli {

namespace {

std::string list_commands_that_accept(const Flag& flag, Commands commands) {
  std::vector<std::string_view> names;
  for (const Command& command : commands)
    if (command.accepts(flag)) names.push_back(command.name);
  return join(names);
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
