// SPDX-License-Identifier: Apache-2.0
#include "helper/run.hpp"

#include "helper/cli/command_line.hpp"
#include "helper/cli/help.hpp"
#include "helper/commands/commands.hpp"
#include "helper/failure.hpp"
#include "helper/os/stream.hpp"
#include "protocol/escape.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <typeinfo>

namespace sase {

namespace {

ExitCode no_command(const commands::Call& call) {
  call.diagnostics.failure("no command is given");
  call.diagnostics.hint(cli::usage_line(commands::table()));
  return ExitCode::usage_error;
}

/// gitcredentials: "If it does not support the requested operation, it should silently ignore the request."
/// Commands for users may have operands under git's name as well.
bool is_ignored_under_gits_name(const cli::Command* command, const cli::CommandLine& line) noexcept {
  return command == nullptr || (command->operands.empty() && !line.operands.empty());
}

/// Rejects the operations that only git's dialect has.
void reject_git_operation(const cli::DialectName& dialect, std::string_view command) {
  constexpr std::array<std::string_view, 3> git_only = {"store", "erase", "capability"};
  if (dialect.dialect == cli::Dialect::git || std::ranges::find(git_only, command) == git_only.end()) return;
  throw Failure(ExitCode::usage_error,
                "'" + std::string(command) + "' is no operation of '" + std::string(dialect.program) + "'",
                "these are: get");
}

ExitCode dispatch(const commands::Call& call) {
  const cli::CommandLine& line = call.line;
  if (line.version) {
    write_output(call, "sase-credential " SASE_VERSION "\n");
    return ExitCode::success;
  }
  if (!line.command) return line.help ? help(call) : no_command(call);
  const cli::Command* const command = cli::find_command(commands::table(), *line.command);
  if (call.called_as != nullptr && call.called_as->dialect == cli::Dialect::git &&
      is_ignored_under_gits_name(command, line)) {
    ignore_request(call);
    return ExitCode::success;
  }
  cli::reject_typography(call.arguments);
  if (call.called_as != nullptr) reject_git_operation(*call.called_as, *line.command);
  if (command == nullptr && *line.command == "complete") return complete(call);
  if (command == nullptr) throw cli::unknown_command(commands::table(), *line.command);
  if (line.help) return help(call);
  reject_unsupported_arguments(commands::table(), *command, line);
  return command->run(call);
}

/// Whether the caller reads git's dialect. The command line may not have been parsed.
bool speaks_git(const commands::Call& call) noexcept {
  if (call.line.dialect) return cli::find_dialect(*call.line.dialect) == &cli::dialects.front();
  if (call.called_as != nullptr && call.called_as->dialect != cli::Dialect::git) return false;
  return std::ranges::none_of(call.arguments,
                              [](std::string_view word) { return word.starts_with("--dialect"); });
}

/// After a failure of `get --no-prompt`, git prompts the user unless the reply contains `quit`
/// (gitcredentials).
void write_quit(const commands::Call& call) noexcept {
  const auto end = std::ranges::find(call.arguments, std::string_view("--"));
  const auto has = [&call, end](std::string_view word) {
    return std::find(call.arguments.begin(), end, word) != end;
  };
  const bool is_get = call.line.command ? *call.line.command == "get" : has("get");
  if (!has("--no-prompt") || !is_get || !speaks_git(call)) return;
  try {
    os::write_all(call.output, "quit=1\n\n");
  } catch (const std::exception&) {
    return;  // git has exited
  }
}

}  // namespace

std::string describe_unexpected(const std::exception& error) {
  const bool is_of_system = dynamic_cast<const std::system_error*>(&error) != nullptr;
  return protocol::escape(is_of_system ? error.what() : typeid(error).name());
}

ExitCode run(std::span<const char* const> arguments, const Environment& environment, int input, int output,
             const Diagnostics& diagnostics, const os::CallerState* caller) {
  cli::CommandLine line;
  config::IgnoredVariables ignored_variables(environment, diagnostics);
  const commands::Call call{
      .arguments = arguments,
      .line = line,
      .environment = environment,
      .input = input,
      .output = output,
      .diagnostics = diagnostics,
      .ignored_variables = ignored_variables,
      .called_as = arguments.empty() ? nullptr : cli::find_dialect_by_program(arguments.front()),
      .caller = caller};
  try {
    line = cli::parse_command_line(arguments.subspan(std::min<std::size_t>(arguments.size(), 1)));
    return dispatch(call);
  } catch (const Failure& failure) {
    if (failure.code == ExitCode::invalid_settings) ignored_variables.warn();
    diagnostics.failure(failure.what());
    if (!failure.hint.empty()) diagnostics.hint(failure.hint);
    write_quit(call);
    return failure.code;
  } catch (const std::exception& error) {
    diagnostics.failure("internal error: " + describe_unexpected(error));
    diagnostics.hint("please report it with the command line, without secrets");
    write_quit(call);
    return ExitCode::internal_error;
  }
}

}  // namespace sase
