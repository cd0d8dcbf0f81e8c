// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/help.hpp"

#include "helper/commands/commands.hpp"
#include "helper/names.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sase::commands {

namespace {

/// The usage error that names the nearest command or topic.
Failure unknown_subject(std::string_view name) {
  std::vector<std::string_view> known = to_names(table());
  for (const cli::Topic& topic : cli::topics())
    known.push_back(topic.name);
  std::string otherwise = config::find_setting(name) != nullptr ? "see: sase-credential help settings"
                                                                : "see: sase-credential --help";
  return Failure(ExitCode::usage_error, "unknown command or topic" + quote_if_short(name),
                 suggest(name, known, std::move(otherwise)));
}

std::string find_page(std::string_view subject) {
  if (const cli::Command* const command = cli::find_command(table(), subject))
    return cli::command_page(*command);
  if (const cli::Topic* const topic = cli::find_topic(subject)) return topic->page();
  throw unknown_subject(subject);
}

/// `help token` and `token --help` have the same subject; that of `help --help` is `help`.
std::optional<std::string> find_subject(const cli::CommandLine& line) {
  if (line.command != "help") return line.command;
  if (line.operands.size() > 1) throw Failure(ExitCode::usage_error, "'help' takes one operand");
  if (!line.operands.empty()) return line.operands.front();
  return line.help ? line.command : std::nullopt;
}

}  // namespace

ExitCode help(const Call& call) {
  const auto subject = find_subject(call.line);
  write_output(call, subject ? find_page(*subject) : cli::overview_page(table()));
  return ExitCode::success;
}

ExitCode complete(const Call& call) {
  write_output(call,
               cli::list_candidates(table(), call.line.operands, config::ProfileFiles(call.environment)));
  return ExitCode::success;
}

}  // namespace sase::commands
