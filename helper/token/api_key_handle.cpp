// SPDX-License-Identifier: Apache-2.0
#include "helper/token/api_key_handle.hpp"

#include "helper/cache/encryption.hpp"
#include "helper/rate_limit/refresh_lock.hpp"

#include <system_error>
#include <utility>

namespace sase::token {

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

}  // namespace sase::token
