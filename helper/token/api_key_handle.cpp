// SPDX-License-Identifier: Apache-2.0
#include "helper/token/api_key_handle.hpp"

#include "helper/config/directories.hpp"
#include "helper/rate_limit/refresh_lock.hpp"
#include "protocol/escape.hpp"

#include <system_error>
#include <utility>

namespace sase::token {

namespace {

using std::chrono::steady_clock;

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

}  // namespace

ApiKeyHandle::ApiKeyHandle(const config::Profile& profile, api_key::ApiKey key,
                           std::optional<config::ApiKeySource> source)
    : profile_(profile), reader_{.read = {}, .source = std::move(source)}, key_(std::move(key)) {}

ApiKeyHandle::ApiKeyHandle(const config::Profile& profile, KeyReader reader)
    : profile_(profile), reader_(std::move(reader)) {}

std::string ApiKeyHandle::key_id() {
  return is_deferred() ? rate_limit::make_command_key_id(profile_.authorize_url, reader_.command->command)
                       : rate_limit::make_key_id(profile_.authorize_url, key().reveal());
}

const cache::Identity* ApiKeyHandle::find_identity() {
  if (!is_deferred()) return &get_or_create_identity();
  // Another process may have created the wrapping key, or replaced a lost one.
  identity_.reset();
  if (const auto wrapping_key = reader_.command->wrapping_key.find()) bind_to_command(*wrapping_key);
  return identity_ ? &*identity_ : nullptr;
}

const cache::Identity& ApiKeyHandle::get_or_create_identity() {
  if (is_deferred())
    bind_to_command(reader_.command->wrapping_key.get_or_create());
  else if (!identity_)
    identity_.emplace(profile_.name, profile_.authorize_url, key().reveal());
  return *identity_;
}

/// The wrapping key comes first and has a fixed length, so that different pairs give different texts.
void ApiKeyHandle::bind_to_command(const protocol::Secret& wrapping_key) {
  const std::string& command = reader_.command->command;
  protocol::Secret both = protocol::Secret::with_capacity(wrapping_key.size() + command.size());
  both.append(wrapping_key.reveal());
  both.append(command);
  identity_.emplace(profile_.name, profile_.authorize_url, both.reveal());
}

const api_key::ApiKey& ApiKeyHandle::key() {
  if (!key_) key_ = reader_.read(deadline);
  return *key_;
}

std::string ApiKeyHandle::fingerprint() {
  std::string_view secret;
  try {
    secret = get_or_create_identity().encryption_key().reveal();
  } catch (const std::system_error&) {
    secret = {};  // safe to store unencrypted: it reveals no more of the key than the key id
  }
  return cache::hash_name("sase-cred-reject", {secret, profile_.authorize_url, key().reveal()});
}

ApiKeyHandle make_key_handle(const SessionContext& context, const config::Profile& profile, bool has_cache,
                             const Trace& trace) {
  if (trace.on())
    trace.line("settings: profile '" + profile.name + "', " + protocol::escape(profile.authorize_url));
  using Kind = config::ApiKeySource::Kind;
  const auto source = api_key::find_source(profile, context.environment);
  const bool is_command = source && source->kind == Kind::command;
  const bool is_of_login = source && source->kind == Kind::file && !source->is_named;
  return {
      profile,
      {.read =
           [source, &profile, &environment = context.environment, &trace](auto deadline) {
             if (!source) throw api_key::no_key(profile, environment);
             return read_key_traced(*source, environment, deadline, trace);
           },
       .source = is_of_login ? source : std::nullopt,
       .command = is_command ? command_identity(context, profile, source->value, has_cache) : std::nullopt}};
}

}  // namespace sase::token
