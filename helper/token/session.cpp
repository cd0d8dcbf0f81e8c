// SPDX-License-Identifier: Apache-2.0
#include "helper/token/session.hpp"

#include "helper/api_key/key_place.hpp"
#include "helper/api_key/reader.hpp"
#include "helper/cache/file_cache.hpp"
#include "helper/cache/keyring_cache.hpp"
#include "helper/config/state_directory.hpp"
#include "helper/failure.hpp"
#include "helper/os/stream.hpp"
#include "protocol/escape.hpp"
#include "protocol/json_object.hpp"
#include "protocol/protocol_error.hpp"

#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace sase::token {

namespace {

using std::chrono::steady_clock;

/// Says what goes without a place for files.
void warn_of_no_place(const commands::Call& call, std::string_view what) {
  call.diagnostics.warning(
      "no place for " + std::string(what) +
      ": neither XDG_RUNTIME_DIR, XDG_CACHE_HOME nor HOME leads to a directory; set one, or choose "
      "'cache = none'");
}

std::unique_ptr<cache::TokenCache> make_cache(const commands::Call& call, const config::Profile& profile) {
  if (profile.cache == config::CacheKind::none) return nullptr;
  auto directory = config::state_directory(call.environment);
  if (!directory) warn_of_no_place(call, profile.cache == config::CacheKind::file ? "the cache" : "the lock");
  if (profile.cache == config::CacheKind::keyring) return std::make_unique<cache::KeyringCache>();
  return directory ? std::make_unique<cache::FileCache>(std::move(*directory)) : nullptr;
}

/// Reads the key for the call and says so.
api_key::ApiKey traced_key(const api_key::ApiKeyLocation& place, const Environment& environment,
                           steady_clock::time_point deadline, const Trace& trace) {
  const auto start = steady_clock::now();
  api_key::ApiKey key = read_key(place, environment, deadline);
  if (!trace.on()) return key;
  std::string words = "key: from " + place.describe();
  if (place.kind == api_key::ApiKeySourceKind::command) {
    const auto took = std::chrono::round<std::chrono::milliseconds>(steady_clock::now() - start);
    words += ", in " + std::to_string(took.count()) + " ms";
  }
  trace.line(words);
  return key;
}

/// Whether a call without the key can find a token that an earlier one has kept.
bool can_seal_without_key(const cache::WrappingKey& seal) {
  return seal.find() || seal.has_place();
}

ApiKeyHandle api_key_handle(const commands::Call& call, const config::Profile& profile,
                            const cache::TokenCache* cache, steady_clock::time_point deadline,
                            const Trace& trace) {
  if (trace.on())
    trace.line("settings: profile '" + profile.name + "', " + protocol::escape(profile.authorize_url));
  auto place = api_key::find_api_key(profile, call.environment);
  if (!place) throw api_key::no_key(profile);
  if (place->kind != api_key::ApiKeySourceKind::command) {
    api_key::ApiKey key = traced_key(*place, call.environment, deadline, trace);
    return {profile, std::move(key), std::move(place)};
  }
  cache::WrappingKey seal(rate_limit::make_command_key_id(profile.authorize_url, place->name),
                          config::memory_directory(call.environment));
  if (cache != nullptr && !can_seal_without_key(seal)) {
    call.diagnostics.warning(
        "the command of 'api-key-command' runs on every call: to keep a token without it takes the kernel's "
        "keyring, or an XDG_RUNTIME_DIR in memory");
    return {profile, traced_key(*place, call.environment, deadline, trace)};
  }
  std::string command = place->name;
  return {profile, DeferredKey{.command = std::move(command),
                               .seal = std::move(seal),
                               .read = [place = std::move(*place), &call, &trace](auto until) {
                                 return traced_key(place, call.environment, until, trace);
                               }}};
}

constexpr const char* git_form = "write lines 'protocol=https' and 'host=...', then an empty line";

}  // namespace

protocol::AuthorizeReply WarningAuthorizer::authorize(const protocol::AuthorizeRequest& request,
                                                      std::chrono::steady_clock::time_point deadline) {
  misspelt_variables_.warn();
  return AuthorizerProcess::authorize(request, deadline);
}

TokenSession::TokenSession(const commands::Call& call, const config::Profile& profile,
                           std::optional<api_key::ApiKey> key)
    : trace_(profile.trace, call.start, call.diagnostics),
      deadline_(steady_clock::now() + profile.timeout),
      cache_(make_cache(call, profile)),
      authorizer_(call),
      source_({.profile = profile,
               .cache = cache_.get(),
               .state_directory = config::state_directory(call.environment),
               .authorizer = authorizer_,
               .diagnostics = call.diagnostics,
               .trace = trace_,
               .deadline = deadline_},
              key ? ApiKeyHandle(profile, std::move(*key))
                  : api_key_handle(call, profile, cache_.get(), deadline_, trace_)) {}

config::ProfileSelector profile_selector(const commands::Call& call) {
  return {call.environment, call.line.settings, call.line.profile};
}

protocol::Secret read_request(const commands::Call& call) {
  if (::isatty(call.input) == 1)
    call.diagnostics.hint("waiting for a request: lines 'protocol=https' and 'host=...', then an empty line");
  try {
    return os::read_message(call.input);
  } catch (const protocol::ProtocolError& error) {
    os::discard_input(call.input);
    throw not_understood(error.what(), git_form);
  } catch (const std::system_error& error) {
    throw not_understood("it cannot be read: " + error.code().message(), git_form);
  }
}

protocol::CredentialRequest parse_request(const protocol::Secret& text) {
  try {
    return protocol::CredentialRequest::parse(text.reveal());
  } catch (const protocol::ProtocolError& error) {
    throw not_understood(error.what(), git_form);
  }
}

protocol::Secret read_document(const commands::Call& call, const char* form) {
  if (::isatty(call.input) == 1) call.diagnostics.hint(form);
  try {
    return os::read_all(call.input, protocol::JsonObject::usual_limit);
  } catch (const std::length_error& error) {
    os::discard_input(call.input);
    throw not_understood(std::string("it has ") + error.what(), form);
  } catch (const std::system_error& error) {
    throw not_understood("it cannot be read: " + error.code().message(), form);
  }
}

Failure not_understood(const std::string& why, const char* form) {
  return Failure(ExitCode::malformed_request, "the request on standard input is not understood: " + why,
                 form);
}

config::Profile owner_of(const config::ProfileSelector& choice, const protocol::Origin& origin,
                         std::string_view what) {
  if (origin.scheme != "https")
    throw Failure(ExitCode::invalid_settings,
                  std::string(what) + " is not ours: a token goes over https alone");
  if (auto profile = choice.for_host(origin.host, {})) return *std::move(profile);
  throw Failure(ExitCode::invalid_settings,
                std::string(what) + " is not ours: " +
                    (choice.is_named() ? "the profile does not own '" : "no profile owns '") +
                    origin.host.text() + "'",
                "a profile owns the host of its 'region' or 'url', and each that it names with 'host'");
}

std::optional<config::Profile> profile_for(const commands::Call& call,
                                           const protocol::CredentialRequest& request) {
  if (request.protocol != "https") return std::nullopt;
  const auto host = protocol::Host::parse(request.host);
  if (!host) return std::nullopt;
  return profile_selector(call).for_host(*host, request.username);
}

}  // namespace sase::token
