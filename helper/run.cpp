// SPDX-License-Identifier: Apache-2.0
#include "helper/run.hpp"

#include "helper/cli/command_line.hpp"
#include "helper/cli/help.hpp"
#include "helper/commands/commands.hpp"
#include "helper/failure.hpp"
#include "helper/names.hpp"
#include "helper/os/stream.hpp"
#include "protocol/escape.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <vector>

namespace sase {

namespace {

ExitCode no_command(const commands::Call& call) {
  call.diagnostics.failure("no command is given");
  call.diagnostics.hint(cli::usage_line(commands::table()));
  return ExitCode::usage_error;
}

ExitCode version(const commands::Call& call) {
  write_output(call, "sase-credential " SASE_VERSION "\n");
  return ExitCode::success;
}

/// gitcredentials: "If it does not support the requested operation, it should silently ignore the request."
/// Commands for users may have operands under git's name as well.
bool is_ignored_under_gits_name(const cli::Command* command, const cli::CommandLine& line) noexcept {
  if (command == nullptr || command->visibility != cli::Visibility::people) return true;
  return command->operands.empty() && !line.operands.empty();
}

/// Rejects the operations of another dialect.
void reject_foreign_operation(const cli::DialectName& dialect, std::string_view command) {
  if (!is_foreign_operation(dialect, command)) return;
  std::string known;
  for (const std::string_view operation : dialect.operations)
    known.append(known.empty() ? "" : ", ").append(operation);
  throw Failure(ExitCode::usage_error,
                "'" + std::string(command) + "' is no operation of '" + std::string(dialect.program) + "'",
                "these are: " + known);
}

ExitCode dispatch(const commands::Call& call) {
  const cli::CommandLine& line = call.line;
  if (line.version) return version(call);
  if (!line.command) return line.help ? help(call) : no_command(call);
  const cli::Command* const command = cli::find_command(commands::table(), *line.command);
  if (call.called_as != nullptr && call.called_as->dialect == cli::Dialect::git &&
      is_ignored_under_gits_name(command, line)) {
    ignore_request(call);
    return ExitCode::success;
  }
  if (call.called_as != nullptr) reject_foreign_operation(*call.called_as, *line.command);
  if (command == nullptr) throw cli::unknown_command(commands::table(), *line.command);
  if (line.help) return help(call);
  reject_unsupported_arguments(commands::table(), *command, line);
  return command->run(call);
}

void report(const Failure& failure, const Diagnostics& diagnostics) {
  diagnostics.failure(failure.what());
  if (!failure.hint.empty()) diagnostics.hint(failure.hint);
}

/// Whether this is a `get --no-prompt`. If the command line was not parsed, searches the raw arguments.
bool is_get_without_prompt(const cli::CommandLine& line, std::span<const char* const> arguments) noexcept {
  if (line.command) return line.no_prompt && *line.command == "get";
  const auto has = [arguments](std::string_view word) {
    return std::ranges::find(arguments, word) != arguments.end();
  };
  return has("--no-prompt") && has("get");
}

/// Whether the caller reads git's dialect.
bool speaks_git(const commands::Call& call, std::span<const char* const> arguments) noexcept {
  if (call.line.dialect) return cli::find_dialect(*call.line.dialect) == &cli::dialects.front();
  if (call.called_as != nullptr && call.called_as->dialect != cli::Dialect::git) return false;
  // The command line may not have been parsed.
  return std::ranges::none_of(arguments, [](std::string_view word) { return word.starts_with("--dialect"); });
}

/// After a failure git prompts the user, unless the reply contains `quit` (gitcredentials).
void write_quit(const commands::Call& call, std::span<const char* const> arguments) noexcept {
  if (!is_get_without_prompt(call.line, arguments) || !speaks_git(call, arguments)) return;
  try {
    os::write_all(call.output, "quit=1\n\n");
  } catch (const std::exception&) {
    return;  // git has exited
  }
}

}  // namespace

ExitCode run(std::span<const char* const> arguments, const Environment& environment, int input, int output,
             const Diagnostics& diagnostics, const os::CallerState* caller) {
  cli::CommandLine line;
  config::MisspelledVariables misspelled_variables(environment, diagnostics);
  const commands::Call call{
      .arguments = arguments,
      .line = line,
      .environment = environment,
      .input = input,
      .output = output,
      .diagnostics = diagnostics,
      .misspelled_variables = misspelled_variables,
      .called_as = arguments.empty() ? nullptr : cli::find_dialect_by_program(arguments.front()),
      .caller = caller};
  try {
    line = cli::parse_command_line(arguments.subspan(std::min<std::size_t>(arguments.size(), 1)));
    return dispatch(call);
  } catch (const Failure& failure) {
    if (failure.code == ExitCode::invalid_settings) misspelled_variables.warn();
    report(failure, diagnostics);
    write_quit(call, arguments);
    return failure.code;
  } catch (const std::exception& error) {
    diagnostics.failure(std::string("internal error: ") + protocol::escape(error.what()));
    diagnostics.hint("please report it with the command line, without secrets");
    write_quit(call, arguments);
    return ExitCode::internal_error;
  }
}

}  // namespace sase
