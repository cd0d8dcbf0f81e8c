// SPDX-License-Identifier: Apache-2.0
#include "helper/token/session.hpp"

#include "helper/api_key/api_key.hpp"
#include "helper/config/profile_selector.hpp"
#include "helper/config/xdg_directories.hpp"
#include "protocol/escape.hpp"

#include <string>
#include <utility>

namespace sase::token {

namespace {

using std::chrono::steady_clock;

std::unique_ptr<cache::TokenCache> make_cache(const SessionContext& context, const config::Profile& profile) {
  const auto directory = config::state_directory(context.environment);
  if (!directory && profile.cache != config::CacheKind::none)
    context.diagnostics.warning(std::string("no place for the ") +
                                (profile.cache == config::CacheKind::file ? "cache" : "lock") +
                                ": neither XDG_RUNTIME_DIR, XDG_CACHE_HOME nor HOME leads to a directory; "
                                "set one, or choose 'cache = none'");
  return cache::make_token_cache(profile.cache, directory);
}

api_key::ApiKey read_key_traced(const config::ApiKeySource& source, const Environment& environment,
                                steady_clock::time_point deadline, const Trace& trace) {
  const auto start = steady_clock::now();
  api_key::ApiKey key = api_key::read_key(source, environment, deadline);
  if (!trace.on()) return key;
  std::string text = "key: from " + api_key::describe(source);
  if (source.kind == config::ApiKeySource::Kind::command) {
    const auto took = std::chrono::round<std::chrono::milliseconds>(steady_clock::now() - start);
    text += ", in " + std::to_string(took.count()) + " ms";
  }
  trace.line(text);
  return key;
}

/// Binds tokens to the command of 'api-key-command'; nothing where a later call could not decrypt them.
std::optional<CommandIdentity> command_identity(const SessionContext& context, const config::Profile& profile,
                                                const std::string& command, bool has_cache) {
  cache::WrappingKey wrapping_key(rate_limit::make_command_key_id(profile.authorize_url, command),
                                  config::memory_directory(context.environment));
  if (!has_cache || wrapping_key.has_place())
    return CommandIdentity{.command = command, .wrapping_key = std::move(wrapping_key)};
  context.diagnostics.warning(
      "the command of 'api-key-command' runs on every call: to keep a token without it takes the kernel's "
      "keyring, or an XDG_RUNTIME_DIR in memory");
  return std::nullopt;
}

ApiKeyHandle make_key_handle(const SessionContext& context, const config::Profile& profile, bool has_cache,
                             const Trace& trace) {
  if (trace.on())
    trace.line("settings: profile '" + profile.name + "', " + protocol::escape(profile.authorize_url));
  const auto source = api_key::find_source(profile, context.environment);
  const bool is_command = source && source->kind == config::ApiKeySource::Kind::command;
  return {
      profile,
      {.read =
           [source, &profile, &environment = context.environment, &trace](auto deadline) {
             if (!source) throw api_key::no_key(profile, environment);
             return read_key_traced(*source, environment, deadline, trace);
           },
       .source = is_command ? std::nullopt : source,
       .command = is_command ? command_identity(context, profile, source->value, has_cache) : std::nullopt}};
}

}  // namespace

TokenSession::TokenSession(const SessionContext& context, const config::Profile& profile,
                           std::optional<api_key::ApiKey> key)
    : context_(context),
      trace_(profile.trace, context.start, context.diagnostics),
      cache_(make_cache(context, profile)),
      authorizer_(context.environment),
      fleet_(context.environment),
      provider_({.profile = profile,
                 .cache = cache_.get(),
                 .state_directory = config::state_directory(context.environment),
                 .authorizer = authorizer_,
                 .diagnostics = context.diagnostics,
                 .misspelled_variables = &context.misspelled_variables,
                 .trace = trace_,
                 .deadline = steady_clock::now() + profile.timeout,
                 .fleet = &fleet_,
                 .find_fleet =
                     [this](const std::string& name) {
                       return config::read_fleet(context_.environment, context_.flags, name);
                     }},
                key ? ApiKeyHandle(profile, std::move(*key))
                    : make_key_handle(context, profile, cache_ != nullptr, trace_)) {}

}  // namespace sase::token
