// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/tokens.hpp"

#include "helper/cache/file_cache.hpp"
#include "helper/cache/keyring_cache.hpp"
#include "helper/cache/state_folder.hpp"
#include "helper/failure.hpp"
#include "helper/keys/key_place.hpp"
#include "helper/keys/key_reading.hpp"
#include "helper/posix/stream.hpp"
#include "protocol/escape.hpp"
#include "protocol/protocol_error.hpp"

#include <string>
#include <system_error>

#include <unistd.h>

namespace sase::helper {

namespace {

/// Says what goes without a place for files.
void warn_of_no_place(const Call& call, std::string_view what) {
  call.diagnostics.warning(
      "no place for " + std::string(what) +
      ": neither XDG_RUNTIME_DIR, XDG_CACHE_HOME nor HOME leads to a folder; set one, or choose "
      "'cache = none'");
}

std::unique_ptr<TokenCache> make_cache(const Call& call, const Profile& profile) {
  if (profile.cache == CacheKind::none) return nullptr;
  auto folder = state_folder(call.environment);
  if (!folder) warn_of_no_place(call, profile.cache == CacheKind::file ? "the cache" : "the lock");
  if (profile.cache == CacheKind::keyring) return std::make_unique<KeyringCache>();
  return folder ? std::make_unique<FileCache>(std::move(*folder)) : nullptr;
}

ApiKey traced_key(const Call& call, const Profile& profile, const Trace& trace) {
  if (trace.on())
    trace.line("settings: profile '" + profile.name + "', " + protocol::escape(profile.authorize_url));
  const auto place = find_key(profile, call.environment);
  if (!place) throw no_key(profile);
  ApiKey key = read_key(*place, call.environment, std::chrono::steady_clock::now() + profile.timeout);
  if (trace.on()) trace.line("key: from " + place->describe());
  return key;
}

Failure not_understood(const std::string& why) {
  return Failure(ExitCode::request, "the request on standard input is not understood: " + why,
                 "write lines 'protocol=https' and 'host=...', then an empty line");
}

}  // namespace

Tokens::Tokens(const Call& call, const Profile& profile)
    : trace_(profile.trace, call.start, call.diagnostics),
      cache_(make_cache(call, profile)),
      authorizer_(call.environment),
      source_({.profile = profile,
               .cache = cache_.get(),
               .state_folder = state_folder(call.environment),
               .authorizer = authorizer_,
               .diagnostics = call.diagnostics,
               .trace = trace_,
               .deadline = std::chrono::steady_clock::now() + profile.timeout},
              traced_key(call, profile, trace_)) {}

ProfileChoice profile_choice(const Call& call) {
  return {call.environment, call.line.settings, call.line.profile};
}

protocol::Secret read_request(const Call& call) {
  if (::isatty(call.input) == 1)
    call.diagnostics.hint("waiting for a request: lines 'protocol=https' and 'host=...', then an empty line");
  try {
    return read_message(call.input);
  } catch (const protocol::ProtocolError& error) {
    discard_input(call.input);
    throw not_understood(error.what());
  } catch (const std::system_error& error) {
    throw not_understood("it cannot be read: " + error.code().message());
  }
}

protocol::CredentialRequest parse_request(const protocol::Secret& text) {
  try {
    return protocol::CredentialRequest::parse(text.reveal());
  } catch (const protocol::ProtocolError& error) {
    throw not_understood(error.what());
  }
}

std::optional<Profile> profile_for(const Call& call, const protocol::CredentialRequest& request) {
  if (request.protocol != "https") return std::nullopt;
  const auto host = protocol::Host::parse(request.host);
  if (!host) return std::nullopt;
  return profile_choice(call).for_host(*host, request.username);
}

}  // namespace sase::helper
