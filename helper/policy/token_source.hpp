// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cache/identity.hpp"
#include "helper/cache/token_cache.hpp"
#include "helper/diagnostics.hpp"
#include "helper/keys/api_key.hpp"
#include "helper/policy/authorizer.hpp"
#include "helper/policy/clock.hpp"
#include "helper/policy/ledger.hpp"
#include "helper/posix/file_lock.hpp"
#include "helper/posix/private_directory.hpp"
#include "helper/profiles/profile.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace sase::helper {

/// A token that may be handed out, and how long it lives yet.
struct FreshToken {
  protocol::BearerToken token;
  std::chrono::seconds time_left{};
};

/// Gives the tokens of one profile: the cached one while it is fresh, else a new one, which all processes
/// that ask at the same time share. Trouble with the cache is a warning and never a reason to give no token.
class TokenSource {
 public:
  /// All that is referred to must outlive this. `state_folder` is where the locks are, nothing where there is
  /// no place for any; `cache` may be null.
  TokenSource(const Profile& profile, ApiKey key, TokenCache* cache, std::optional<std::string> state_folder,
              Authorizer& authorizer, const Diagnostics& diagnostics,
              std::chrono::steady_clock::time_point deadline);

  /// A token with at least the profile's min-ttl left. Throws Failure when none is to be had in time.
  [[nodiscard]] FreshToken get();

  /// Forgets the cached token if it is this one.
  void erase(std::string_view token);

 private:
  [[nodiscard]] std::optional<FreshToken> find_fresh();
  /// The right to ask the service, held by one process at a time.
  struct Turn {
    PrivateDirectory folder;
    FileLock lock;
  };

  [[nodiscard]] std::optional<Turn> wait_for_turn();
  void share_failure(const Turn& turn);
  void record_failure(const Turn& turn, const protocol::Denied& failure);
  [[nodiscard]] FreshToken authorize(const std::optional<Turn>& turn);
  void keep(const CachedToken& token);
  void warn_once(const std::string& trouble);

  const Profile& profile_;
  ApiKey key_;
  Identity identity_;
  TokenCache* cache_;
  std::optional<std::string> state_folder_;
  Authorizer& authorizer_;
  const Diagnostics& diagnostics_;
  std::chrono::steady_clock::time_point deadline_;
  Ledger::Instant start_ = Ledger::now();
  bool warned_ = false;
};

}  // namespace sase::helper
