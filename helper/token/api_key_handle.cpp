// SPDX-License-Identifier: Apache-2.0
#include "helper/token/api_key_handle.hpp"

#include "helper/cache/digest.hpp"
#include "helper/rate_limit/request_log_file.hpp"

#include <system_error>
#include <utility>

namespace sase::token {

ApiKeyHandle::ApiKeyHandle(const config::Profile& profile, api_key::ApiKey key,
                           std::optional<api_key::ApiKeyLocation> place)
    : profile_(profile), key_(std::move(key)), place_(std::move(place)) {
  identity_.emplace(profile_.name, profile_.authorize_url, key_->reveal());
}

ApiKeyHandle::ApiKeyHandle(const config::Profile& profile, DeferredKey deferred_key)
    : profile_(profile), deferred_key_(std::move(deferred_key)) {}

std::string ApiKeyHandle::key_id() const {
  return deferred_key_ ? rate_limit::make_command_key_id(profile_.authorize_url, deferred_key_->command)
                       : rate_limit::make_key_id(profile_.authorize_url, key_->reveal());
}

const cache::Identity* ApiKeyHandle::find_identity() {
  if (deferred_key_) {
    // Another call may have made one, or one in the place of one that is lost.
    identity_.reset();
    if (const auto seal = deferred_key_->seal.find()) bind_to(*seal);
  }
  return identity_ ? &*identity_ : nullptr;
}

const cache::Identity& ApiKeyHandle::get_or_create_identity() {
  if (deferred_key_) bind_to(deferred_key_->seal.get_or_create());
  return *identity_;
}

/// What seals comes first and has one length, so that no two pairs are the same text.
void ApiKeyHandle::bind_to(const protocol::Secret& seal) {
  protocol::Secret both = protocol::Secret::with_capacity(seal.size() + deferred_key_->command.size());
  both.append(seal.reveal());
  both.append(deferred_key_->command);
  identity_.emplace(profile_.name, profile_.authorize_url, both.reveal());
}

const api_key::ApiKey& ApiKeyHandle::key(std::chrono::steady_clock::time_point deadline) {
  if (!key_) key_ = deferred_key_->read(deadline);
  return *key_;
}

std::string ApiKeyHandle::fingerprint(std::chrono::steady_clock::time_point deadline) {
  cache::Digest digest("sase-cred-refuse");
  try {
    digest.add(get_or_create_identity().encryption_key().reveal());
  } catch (const std::system_error&) {
    digest.add("");  // without a seal it tells as much of the key as an account's name
  }
  digest.add(profile_.authorize_url);
  digest.add(key(deadline).reveal());
  return digest.hexadecimal();
}

}  // namespace sase::token
