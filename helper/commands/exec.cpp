// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/commands.hpp"
#include "helper/os/processes/background.hpp"
#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <system_error>
#include <vector>

namespace sase::commands {

namespace {

using protocol::expiry_variable;
using protocol::token_variable;
using Names = std::set<std::string, std::less<>>;

/// Without the dashes, flags of the program and flags of CMD could not be distinguished.
void require_command(const cli::CommandLine& line) {
  if (line.operands.empty())
    throw Failure(ExitCode::usage_error, "'exec' needs a command to run", cli::exec_form);
  if (line.verbatim != 0)
    throw Failure(ExitCode::usage_error, "'exec' needs '--' before the command that it runs", cli::exec_form);
}

/// The variables that contain a key. CMD does not inherit them.
Names key_variables(const config::ProfileSelector& selector) {
  Names names(config::standard_key_variables.begin(), config::standard_key_variables.end());
  for (const std::string& name : selector.key_variables())
    names.insert(name);
  return names;
}

std::string_view name_in(std::string_view entry) noexcept { return entry.substr(0, entry.find('=')); }

/// The environment of CMD: that of the caller, with the new entries, and without the variables with a key.
std::vector<const char*> make_environment(const Environment& environment, Names replaced,
                                          const std::vector<protocol::Secret>& entries) {
  std::vector<const char*> result;
  for (const protocol::Secret& entry : entries) {
    replaced.emplace(name_in(entry.reveal()));
    result.push_back(entry.reveal().data());
  }
  for (const char* const* entry = environment.entries(); *entry != nullptr; ++entry)
    if (!replaced.contains(name_in(*entry))) result.push_back(*entry);
  return result;
}

/// `NAME=value` and the NUL that ends it.
protocol::Secret make_entry(std::string_view name, std::string_view value) {
  return protocol::Secret::join({name, "=", value, std::string_view("\0", 1)});
}

/// The value of `--pass-api-key`. It is not shown: it may be a misplaced key.
void require_variable_name(const std::string& name) {
  constexpr auto allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
  constexpr std::array taken = {token_variable, expiry_variable, config::removed_variable,
                                std::string_view("PATH")};
  if (!name.empty() && name.find_first_not_of(allowed) == std::string::npos &&
      !protocol::is_digit(name.front()) && std::ranges::find(taken, name) == taken.end())
    return;
  throw Failure(ExitCode::usage_error, "--pass-api-key: this cannot be the name of the variable for the key",
                "write: --pass-api-key=CHECKPOINT_SASE_API_KEY");
}

/// Adds an entry that names the removed variables that the caller has set, except the one that is set anew.
void add_removed(std::vector<protocol::Secret>& entries, const Call& call, const Names& removed) {
  std::string list;
  for (const std::string& variable : removed)
    if (call.environment.find(variable) && variable != call.line.pass_api_key)
      list += (list.empty() ? "" : ", ") + variable;
  if (!list.empty()) entries.push_back(make_entry(config::removed_variable, list));
}

/// The entries that CMD gets in addition.
std::vector<protocol::Secret> new_entries(const Call& call, const Token& token, token::ApiKeyHandle& key,
                                          const Names& removed) {
  const auto expires_at = ExpiryTimes::from(token.expiry).expires_at.time_since_epoch().count();
  std::vector<protocol::Secret> entries;
  entries.push_back(make_entry(token_variable, token.bearer.reveal()));
  entries.push_back(make_entry(expiry_variable, std::to_string(expires_at)));
  if (const auto& name = call.line.pass_api_key) entries.push_back(make_entry(*name, key.key().reveal()));
  add_removed(entries, call, removed);
  return entries;
}

Failure not_run(const std::string& program, const std::error_code& reason) {
  const std::string what =
      "cannot run " + (may_be_bare_key(program) ? "this" : "'" + protocol::escape(program) + "'") + ": ";
  if (reason == std::errc::no_such_file_or_directory) {
    const char* hint = program.find('/') == std::string::npos ? "check its name, and PATH" : "check its path";
    if (program.find(' ') != std::string::npos)
      hint = "no shell reads this; for one, write -- sh -c 'COMMAND'";
    return Failure(ExitCode::not_found, what + "there is no such program", hint);
  }
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

std::vector<const char*> environment_without_keys(const Call& call, std::vector<protocol::Secret>& added) {
  const Names removed = key_variables(profile_selector(call));
  add_removed(added, call, removed);
  return make_environment(call.environment, removed, added);
}

ExitCode exec(const Call& call) {
  require_command(call.line);
  if (call.line.pass_api_key) require_variable_name(*call.line.pass_api_key);
  const config::ProfileSelector selector = profile_selector(call);
  const config::Profile profile = selector.without_host();
  token::TokenSession session(session_context(call), profile);
  const token::ProvidedToken provided = session.provider().get();
  const Names removed = key_variables(selector);
  const auto entries = new_entries(call, provided.token, session.provider().key(), removed);
  const auto environment = make_environment(call.environment, removed, entries);
  // Otherwise CMD would have a child that it did not start and does not wait for.
  if (!os::inherits_orphans())
    session.provider().refresh_in_background(provided, os::ParentLifetime::continues);
  session.wait_for_programs();
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
