// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"
#include "helper/api_key/login_files.hpp"
#include "helper/cache/token_cache.hpp"
#include "helper/commands/commands.hpp"
#include "helper/config/profile_draft.hpp"
#include "helper/names.hpp"
#include "helper/os/fd.hpp"
#include "helper/os/processes/terminal.hpp"
#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"
#include "protocol/time.hpp"

#include <array>
#include <stdexcept>
#include <system_error>

namespace sase::commands {

namespace {

std::string profile_name(const Call& call) {
  const auto named = config::named_profile(call.environment, call.line.profile);
  if (named && !config::is_profile_name(named->name)) throw config::not_a_profile_name(*named);
  return named ? named->name : std::string(config::default_profile);
}

Failure no_terminal() {
  return Failure(ExitCode::usage_error, "there is no terminal at which to ask for the API key",
                 "pipe it with --stdin, as in: sase-credential login --stdin <key-file");
}

/// Repeats the question until the answer is a region.
const config::Region& ask_region(const os::Prompt& prompt) {
  const std::string question = "Region (" + join(to_names(config::region_names)) + ") [" +
                               std::string(config::regions.front().name) + "]: ";
  std::string error;
  while (const auto answer = prompt.ask(error + question)) {
    if (answer->empty()) return config::regions.front();
    if (const config::Region* const region = config::find_region(*answer)) return *region;
    error = "Unknown region. ";
  }
  throw Failure(ExitCode::usage_error, "no region was entered", "set it with --region");
}

api_key::ApiKey read_key(const Call& call, const os::Prompt& prompt, const std::string& profile) try {
  if (!call.line.from_stdin)
    return api_key::ApiKey(prompt.ask_hidden(
        "API key for '" + profile + "' (what you type or paste is not shown): ", api_key::max_text));
  if (os::is_terminal(call.input))
    throw Failure(ExitCode::usage_error, "--stdin reads a key from a pipe; a terminal would show it",
                  "omit --stdin to enter the key at a prompt");
  return api_key::ApiKey(os::read_all(call.input, api_key::max_text));
} catch (const protocol::ProtocolError& error) {
  throw Failure(ExitCode::invalid_settings, std::string("invalid API key: ") + error.what(),
                "copy it from the console: Settings > API Support");
} catch (const std::length_error&) {
  throw Failure(ExitCode::invalid_settings, "invalid API key: it is longer than 16 KiB");
} catch (const std::system_error& error) {
  const std::string reason = error.code().message();
  throw call.line.from_stdin
      ? Failure(ExitCode::invalid_settings, "cannot read the API key from standard input: " + reason)
      : Failure(ExitCode::local_state, "cannot ask for the API key: " + reason);
}

/// Requests a token and returns its lifetime.
std::chrono::seconds verify(const Call& call, const config::Profile& profile,
                            const api_key::ApiKey& key) try {
  token::TokenSession session(session_context(call), profile,
                              api_key::ApiKey(protocol::Secret(key.reveal())));
  return ExpiryTimes::from(session.provider().get_new().token.expiry).expires_in;
} catch (const Failure& failure) {
  throw Failure(failure.code, std::string("nothing was stored: ") + failure.what(), failure.hint);
}

/// A source with higher precedence would silently be used instead of the stored key.
void warn_of_preferred_source(const Call& call, const config::Profile& profile,
                              const api_key::LoginFiles& files) {
  const auto source = api_key::find_source(profile, call.environment);
  if (!source || source->value == files.key()) return;
  call.diagnostics.warning("the key from " + api_key::describe(*source) +
                           " has precedence over the stored key");
}

/// An example line can express neither `no-proxy` nor a password.
bool is_proxy_for_all(const config::Profile& profile) noexcept {
  return !profile.proxy.empty() && profile.no_proxy.empty() && profile.proxy.find('@') == std::string::npos;
}

/// A property of the connection, as curl and git name it.
struct Option {
  const char* curl;
  const char* git;
  std::string value;  ///< empty if it is not used
};

std::array<Option, 4> connection_options(const config::Profile& profile) {
  return {{{"--cacert ", ".sslCAInfo ", profile.ca_file},
           {"--cert ", ".sslCert ", profile.client_cert},
           {"--key ", ".sslKey ", profile.client_key},
           {"--proxy ", ".proxy ", is_proxy_for_all(profile) ? profile.proxy : ""}}};
}

std::string examples(const config::Profile& profile) {
  const std::string origin = "https://" + profile.hosts.front().text();
  const std::string flag = config::profile_flag(profile.name);
  std::string curl = "  sase-credential" + flag + " token --format header | curl -H @- ";
  std::string git =
      "  git config --global credential." + origin + ".helper " + protocol::shell_word("sase" + flag) + '\n';
  for (const Option& option : connection_options(profile)) {
    if (option.value.empty()) continue;
    const std::string value = protocol::shell_word(option.value);
    curl += option.curl + value + ' ';
    git.append("  git config --global http.").append(origin).append(option.git).append(value).append("\n");
  }
  return curl + profile.rest_url + std::string(config::api_generation(profile.api).users_path) + '\n' + git;
}

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

}  // namespace

std::string login_report(const config::Profile& profile, const api_key::LoginFiles& files,
                         std::optional<std::chrono::seconds> lifetime) {
  std::string text = lifetime
                         ? "verified: " + profile.authorize_url + " issued a token for " +
                               protocol::format_duration(std::chrono::ceil<std::chrono::minutes>(*lifetime))
                         : "not verified: " + profile.authorize_url + " was not contacted";
  text += "\nstored: the key in " + protocol::escape(files.key()) + "\n        the profile in " +
          protocol::escape(files.profile()) + '\n';
  return text + "\nThese commands now get a token automatically:\n" + examples(profile);
}

/// Checks everything else before it asks for the key, and verifies the key before it stores it.
ExitCode login(const Call& call) {
  const std::string name = profile_name(call);
  config::ProfileDraft draft = config::read_draft(call.environment, call.line.settings, name);
  (void)make_profile(name, draft.values);
  const os::Prompt prompt;
  const bool is_piped = call.line.from_stdin;
  if (!is_piped && !prompt.is_possible()) throw no_terminal();
  const api_key::LoginFiles files(call.environment, name);
  if (!draft.values.has(config::Role::service_address))
    set_region(draft.values, is_piped ? config::regions.front() : ask_region(prompt));
  const config::Profile profile = make_profile(name, draft.values);

  const api_key::ApiKey key = read_key(call, prompt, profile.name);
  std::optional<std::chrono::seconds> lifetime;
  if (!call.line.no_verify) lifetime = verify(call, profile, key);
  files.store(key.reveal(), profile.authorize_url, format_profile(draft));
  const std::string removed =
      draft.removed.empty()
          ? ""
          : "removed from the profile: " + join(draft.removed) + " (for " +
                (draft.former_service.empty() ? "another service" : draft.former_service) + ")\n";
  write_output(call, removed + login_report(profile, files, lifetime));
  warn_of_preferred_source(call, profile, files);
  return ExitCode::success;
}

/// Removes the key first: without it, no other process gets another token.
ExitCode logout(const Call& call) {
  const std::string profile = select_profile(call);
  const api_key::LoginFiles files(call.environment, profile);
  const bool had_key = files.remove_key();
  const std::size_t tokens = remove_tokens(profile, call.environment);
  std::string text;
  if (had_key) text += "removed: the key in " + protocol::escape(files.key()) + '\n';
  if (tokens > 0)
    text += "removed: " + std::to_string(tokens) + (tokens == 1 ? " cached token\n" : " cached tokens\n");
  if (text.empty()) text = "nothing is stored for the profile '" + profile + "'\n";
  if (had_key) text += "\nThe key remains valid at the service. To revoke it, delete it in the console.\n";
  write_output(call, text);
  return ExitCode::success;
}

}  // namespace sase::commands
