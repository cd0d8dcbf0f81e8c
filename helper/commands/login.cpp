// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"
#include "helper/api_key/key_place.hpp"
#include "helper/api_key/login_files.hpp"
#include "helper/commands/commands.hpp"
#include "helper/commands/login_report.hpp"
#include "helper/config/profile_draft.hpp"
#include "helper/config/profile_name.hpp"
#include "helper/config/region.hpp"
#include "helper/failure.hpp"
#include "helper/named_value.hpp"
#include "helper/os/prompt.hpp"
#include "helper/os/stream.hpp"
#include "helper/token/session.hpp"
#include "protocol/protocol_error.hpp"

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace sase::commands {

namespace {

/// A key and the line end behind it, on Windows of two bytes.
constexpr std::size_t most_typed = api_key::ApiKey::max_size + 2;

std::string profile_name(const Call& call) {
  const auto named = config::named_profile(call.environment, call.line.profile);
  if (named && !config::is_profile_name(named->name)) throw config::not_a_profile_name(*named);
  return named ? named->name : std::string(config::default_profile);
}

Failure no_terminal() {
  return Failure(ExitCode::usage_error, "there is no terminal to ask for the API key at",
                 "pipe it in with --stdin, as in: sase-credential login --stdin <key-file");
}

/// Asks again until the answer is one.
const config::Region& ask_region(const os::Prompt& prompt) {
  const std::string question = "Region (" + list_of(config::region_words()) + ") [" +
                               std::string(config::regions.front().name) + "]: ";
  std::string complaint;
  while (const auto answer = prompt.ask(complaint + question)) {
    if (answer->empty()) return config::regions.front();
    if (const config::Region* const region = config::find_region(*answer)) return *region;
    complaint = "There is no such region. ";
  }
  throw Failure(ExitCode::usage_error, "no region was named", "name it with --region");
}

api_key::ApiKey make_key(protocol::Secret text) try {
  return api_key::ApiKey(std::move(text));
} catch (const protocol::ProtocolError& error) {
  throw Failure(ExitCode::invalid_settings, std::string("this cannot be an API key: ") + error.what(),
                "copy it from the console: Settings > API Support");
}

api_key::ApiKey ask_key(const os::Prompt& prompt, const std::string& profile) try {
  return make_key(
      prompt.ask_hidden("API key for '" + profile + "' (what you type or paste is not shown): ", most_typed));
} catch (const std::length_error&) {
  throw Failure(ExitCode::invalid_settings, "this cannot be an API key: it is longer than 16 KiB");
} catch (const std::system_error& error) {
  throw Failure(ExitCode::local_state, std::string("cannot ask for the API key: ") + error.code().message());
}

api_key::ApiKey read_piped_key(const Call& call) try {
  if (::isatty(call.input) == 1)
    throw Failure(ExitCode::usage_error,
                  "--stdin is for a key that comes through a pipe, and would be shown here",
                  "leave --stdin out, and you will be asked");
  return make_key(os::read_all(call.input, most_typed));
} catch (const std::length_error&) {
  throw Failure(ExitCode::invalid_settings, "this cannot be an API key: it is longer than 16 KiB");
} catch (const std::system_error& error) {
  throw Failure(ExitCode::invalid_settings,
                "the API key on standard input cannot be read: " + error.code().message());
}

/// How long the service's token lives; whoever asks for one has the right key.
std::chrono::seconds verify(const Call& call, const config::Profile& profile,
                            const api_key::ApiKey& key) try {
  token::TokenSession session(session_context(call), profile,
                              api_key::ApiKey(protocol::Secret(key.reveal())));
  return session.provider().get_new().time_left;
} catch (const Failure& failure) {
  throw Failure(failure.code, std::string("nothing was kept: ") + failure.what(), failure.hint);
}

/// A key that goes before the one that was kept would be used in its stead, and nobody would know why.
void warn_of_other_key(const Call& call, const config::Profile& profile, const api_key::LoginFiles& files) {
  const auto place = api_key::find_api_key(profile, call.environment);
  if (!place || place->name == files.key()) return;
  call.diagnostics.warning("the key from " + place->describe() + " goes before the one that was kept");
}

}  // namespace

/// All that can be wrong is looked at before a person types the key, and the key is tried before it is kept.
ExitCode login(const Call& call) {
  config::ProfileDraft draft(call.environment, call.line.settings, profile_name(call));
  (void)draft.profile();
  const os::Prompt prompt;
  const bool is_piped = call.line.from_stdin;
  if (!is_piped && !prompt.is_possible()) throw no_terminal();
  const api_key::LoginFiles files(call.environment, draft.name());
  if (draft.lacks_service()) draft.set_region(is_piped ? config::regions.front() : ask_region(prompt));
  const config::Profile profile = draft.profile();

  const api_key::ApiKey key = is_piped ? read_piped_key(call) : ask_key(prompt, profile.name);
  std::optional<std::chrono::seconds> lifetime;
  if (!call.line.no_verify) lifetime = verify(call, profile, key);
  files.keep(key.reveal(), draft.text());
  write_output(call, login_report(profile, files, lifetime));
  warn_of_other_key(call, profile, files);
  return ExitCode::success;
}

}  // namespace sase::commands
