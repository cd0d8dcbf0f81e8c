// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/login_files.hpp"
#include "helper/cache/token_cache.hpp"
#include "helper/commands/commands.hpp"
#include "helper/config/profile.hpp"
#include "helper/failure.hpp"
#include "helper/token/session.hpp"
#include "protocol/escape.hpp"

#include <string>
#include <system_error>

namespace sase::commands {

namespace {

/// Also finds a profile whose file was deleted but whose key remains.
std::string select_profile(const Call& call) {
  const auto named = config::named_profile(call.environment, call.line.profile);
  if (named && config::is_profile_name(named->name) &&
      api_key::LoginFiles(call.environment, named->name).has_key())
    return named->name;
  return profile_selector(call).name_without_host();
}

std::size_t remove_tokens(const std::string& profile, const Environment& environment) try {
  return cache::remove_profile_tokens(profile, environment);
} catch (const std::system_error& error) {
  throw Failure(ExitCode::local_state,
                "cannot remove the tokens of '" + profile + "': " + protocol::escape(error.what()));
}

std::string describe(const api_key::LoginFiles& files, bool had_key, std::size_t tokens) {
  std::string text;
  if (had_key) text += "removed: the key in " + protocol::escape(files.key()) + '\n';
  if (tokens > 0)
    text += "removed: " + std::to_string(tokens) + (tokens == 1 ? " cached token\n" : " cached tokens\n");
  return text;
}

}  // namespace

/// Removes the key first: without it, no other process gets another token.
ExitCode logout(const Call& call) {
  const std::string profile = select_profile(call);
  const api_key::LoginFiles files(call.environment, profile);
  const bool had_key = files.remove_key();
  const std::size_t tokens = remove_tokens(profile, call.environment);
  std::string text = describe(files, had_key, tokens);
  if (text.empty()) text = "nothing is stored for the profile '" + profile + "'\n";
  if (had_key) text += "\nThe key remains valid at the service. To revoke it, delete it in the console.\n";
  write_output(call, text);
  return ExitCode::success;
}

}  // namespace sase::commands
