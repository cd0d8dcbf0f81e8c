// SPDX-License-Identifier: Apache-2.0
#include "helper/token/api_key_handle.hpp"

#include "helper/cache/digest.hpp"
#include "helper/rate_limit/request_log_file.hpp"

#include <system_error>
#include <utility>

namespace sase::helper {

KeyHolder::KeyHolder(const Profile& profile, ApiKey key, std::optional<KeyPlace> place)
    : profile_(profile), key_(std::move(key)), place_(std::move(place)) {
  identity_.emplace(profile_.name, profile_.authorize_url, key_->reveal());
}

KeyHolder::KeyHolder(const Profile& profile, DearKey dear) : profile_(profile), dear_(std::move(dear)) {}

std::string KeyHolder::account() const {
  return dear_ ? command_account(profile_.authorize_url, dear_->command)
               : account_name(profile_.authorize_url, key_->reveal());
}

const Identity* KeyHolder::find_identity() {
  if (dear_) {
    // Another call may have made one, or one in the place of one that is lost.
    identity_.reset();
    if (const auto seal = dear_->seal.find()) bind_to(*seal);
  }
  return identity_ ? &*identity_ : nullptr;
}

const Identity& KeyHolder::make_identity() {
  if (dear_) bind_to(dear_->seal.find_or_make());
  return *identity_;
}

/// What seals comes first and has one length, so that no two pairs are the same text.
void KeyHolder::bind_to(const protocol::Secret& seal) {
  protocol::Secret both = protocol::Secret::with_capacity(seal.size() + dear_->command.size());
  both.append(seal.reveal());
  both.append(dear_->command);
  identity_.emplace(profile_.name, profile_.authorize_url, both.reveal());
}

const ApiKey& KeyHolder::key(std::chrono::steady_clock::time_point deadline) {
  if (!key_) key_ = dear_->read(deadline);
  return *key_;
}

std::string KeyHolder::fingerprint(std::chrono::steady_clock::time_point deadline) {
  Digest digest("sase-cred-refuse");
  try {
    digest.add(make_identity().sealing_key().reveal());
  } catch (const std::system_error&) {
    digest.add("");  // without a seal it tells as much of the key as an account's name
  }
  digest.add(profile_.authorize_url);
  digest.add(key(deadline).reveal());
  return digest.hexadecimal();
}

}  // namespace sase::helper
