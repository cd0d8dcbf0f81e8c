// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"
#include "helper/commands/commands.hpp"
#include "helper/os/processes/background.hpp"
#include "protocol/escape.hpp"

#include <algorithm>
#include <system_error>
#include <vector>

namespace sase::commands {

namespace {

using protocol::expiry_variable;
using protocol::token_variable;

/// Without the dashes, flags of the program and flags of CMD could not be distinguished.
void require_command(const cli::CommandLine& line) {
  if (line.operands.empty())
    throw Failure(ExitCode::usage_error, "'exec' needs a command to run", cli::exec_form);
  if (line.verbatim != 0)
    throw Failure(ExitCode::usage_error, "'exec' needs '--' before the command that it runs", cli::exec_form);
}

/// The variables that CMD does not inherit: those that contain a key, and those that are set for it.
std::vector<std::string> replaced_variables(const config::ProfileSelector& selector) {
  std::vector<std::string> names = selector.key_variables();
  names.insert(names.end(), config::standard_key_variables.begin(), config::standard_key_variables.end());
  names.insert(names.end(), {std::string(token_variable), std::string(expiry_variable)});
  return names;
}

std::vector<const char*> environment_without(std::span<const std::string> names,
                                             const Environment& environment) {
  std::vector<const char*> kept;
  for (const char* const* entry = environment.entries(); *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (std::ranges::find(names, text.substr(0, text.find('='))) == names.end()) kept.push_back(*entry);
  }
  return kept;
}

/// `NAME=value` and the NUL that ends it.
protocol::Secret make_entry(std::string_view name, std::string_view value) {
  protocol::Secret entry = protocol::Secret::with_capacity(name.size() + value.size() + 2);
  for (const std::string_view part : {name, std::string_view("="), value, std::string_view("\0", 1)})
    entry.append(part);
  return entry;
}

Failure not_run(const std::string& program, const std::error_code& reason) {
  const std::string what = "cannot run '" + protocol::escape(program) + "': ";
  if (reason == std::errc::no_such_file_or_directory)
    return Failure(ExitCode::not_found, what + "there is no such program",
                   program.find('/') == std::string::npos ? "check its name, and PATH" : "check its path");
  if (reason == std::errc::executable_format_error)
    return Failure(ExitCode::cannot_run, what + "its interpreter is missing, or it is no program",
                   "check its first line");
  const char* hint = "";
  if (reason == std::errc::permission_denied) hint = "name a file that you may execute";
  if (reason == std::errc::argument_list_too_long)
    hint = "pass fewer or shorter arguments, or fewer variables";
  return Failure(ExitCode::cannot_run, what + reason.message(), hint);
}

}  // namespace

ExitCode exec(const Call& call) {
  require_command(call.line);
  const config::ProfileSelector selector = profile_selector(call);
  const config::Profile profile = selector.without_host();
  token::TokenSession session(session_context(call), profile);
  const token::ProvidedToken provided = session.provider().get();
  const auto expires_at = ExpiryTimes::from(provided.token.expiry).expires_at.time_since_epoch().count();
  const protocol::Secret token = make_entry(token_variable, provided.token.bearer.reveal());
  const protocol::Secret expiry = make_entry(expiry_variable, std::to_string(expires_at));
  std::vector<const char*> environment = environment_without(replaced_variables(selector), call.environment);
  environment.push_back(token.reveal().data());
  environment.push_back(expiry.reveal().data());
  // Otherwise CMD would have a child that it did not start and does not wait for.
  if (!os::inherits_orphans())
    session.provider().refresh_in_background(provided, os::ParentLifetime::continues);
  if (call.caller != nullptr) call.caller->restore();
  try {
    os::exec_program(call.line.operands, environment);
  } catch (const std::system_error& error) {
    // The failure is still to be reported, and SIGPIPE must not end the process before.
    if (call.caller != nullptr) os::harden_process();
    throw not_run(call.line.operands.front(), error.code());
  }
}

}  // namespace sase::commands
