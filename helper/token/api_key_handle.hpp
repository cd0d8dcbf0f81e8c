// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/api_key/api_key.hpp"
#include "helper/api_key/key_place.hpp"
#include "helper/cache/identity.hpp"
#include "helper/cache/wrapping_key.hpp"
#include "helper/config/profile.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace sase::token {

/// A key that is dear to read: for which a command runs, which takes its time and may ask a person.
struct DeferredKey {
  std::string command;      ///< its text stands for the key until that is read
  cache::WrappingKey seal;  ///< of the account that make_command_key_id() names
  std::function<api_key::ApiKey(std::chrono::steady_clock::time_point deadline)> read;  ///< throws Failure
};

/// The API key of one call, and what the profile's tokens, its lock and its ledger are bound to.
///
/// A key that is at hand on every call binds them itself. A dear one is read when the service is about to be
/// asked, and no earlier: a cached token is found without it.
class ApiKeyHandle {
 public:
  /// The profile must outlive this. `place` is where the key was read, if it was there for the next call too.
  ApiKeyHandle(const config::Profile& profile, api_key::ApiKey key,
               std::optional<api_key::ApiKeyLocation> place = std::nullopt);
  ApiKeyHandle(const config::Profile& profile, DeferredKey deferred_key);

  [[nodiscard]] bool is_deferred() const noexcept { return deferred_key_.has_value(); }

  /// Whether `logout` has removed the key since it was read.
  [[nodiscard]] bool is_removed_by_logout() const noexcept {
    return place_ && place_->is_removed_by_logout();
  }

  /// Names the lock and the ledger.
  [[nodiscard]] std::string key_id() const;

  /// What a token is bound to, looked up anew on each call; null while nothing is there that could seal one.
  /// Void after the next call.
  [[nodiscard]] const cache::Identity* find_identity();

  /// The same for storing a token. The caller has the account's turn. Throws std::system_error.
  [[nodiscard]] const cache::Identity& get_or_create_identity();

  /// The key itself. Throws Failure.
  [[nodiscard]] const api_key::ApiKey& key(std::chrono::steady_clock::time_point deadline);

  /// Tells one dear key from another: 32 hexadecimal digits from which it cannot be had. The caller has the
  /// account's turn. Throws Failure.
  [[nodiscard]] std::string fingerprint(std::chrono::steady_clock::time_point deadline);

 private:
  void bind_to(const protocol::Secret& seal);

  const config::Profile& profile_;
  std::optional<DeferredKey> deferred_key_;
  std::optional<api_key::ApiKey> key_;
  std::optional<api_key::ApiKeyLocation> place_;
  std::optional<cache::Identity> identity_;
};

}  // namespace sase::token
