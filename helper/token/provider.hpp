// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cache/token_cache.hpp"
#include "helper/clock.hpp"
#include "helper/config/misspelled_variables.hpp"
#include "helper/config/profile.hpp"
#include "helper/diagnostics.hpp"
#include "helper/os/processes/background.hpp"
#include "helper/rate_limit/refresh_lock.hpp"
#include "helper/token/api_key_handle.hpp"
#include "helper/token/authorizer.hpp"
#include "helper/token/rate_limited_authorizer.hpp"
#include "helper/trace.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sase::token {

/// A token that may be handed out, and how long it lives yet.
struct FreshToken {
  protocol::BearerToken token;
  std::chrono::seconds time_left{};
};

/// A token for somebody who keeps one fresh.
struct KeptToken {
  FreshToken fresh;
  bool is_due_for_refresh = false;      ///< it was to be renewed and is not
  std::optional<Failure> trouble = {};  ///< why not, if that was tried
};

/// What a look at the whole chain came to.
struct ProbeReport {
  ProbeOutcome probe;                             ///< without its token
  std::optional<std::chrono::seconds> time_left;  ///< of the new token, if one was got and kept
  std::optional<Failure> unusable;                ///< why that token is of no use, if it is of none
};

/// What a TokenProvider works with. All of it must outlive the source.
struct TokenProviderParts {
  const config::Profile& profile;
  cache::TokenCache* cache;  ///< null for none
  std::optional<std::string>
      state_directory;  ///< of locks and ledgers; nothing where there is no place for any
  Authorizer& authorizer;
  const Diagnostics& diagnostics;
  config::MisspelledVariables* misspelled_variables = nullptr;  ///< null for no warning about them
  const Trace& trace;
  std::chrono::steady_clock::time_point deadline;  ///< of the whole call
};

/// Gives the tokens of one profile. The policy is here: the cached token while it is fresh (freshness.hpp);
/// one that ages is given at once and renewed behind the caller's back; else a new one is asked for, by one
/// process at a time (turn.hpp) whose success or failure all others share, and only where the service need
/// not be spared (sparing.hpp). Trouble with cache, lock or ledger is a warning and never a reason to give no
/// token.
class TokenProvider {
 public:
  TokenProvider(const TokenProviderParts& parts, ApiKeyHandle key);

  /// A token with at least the profile's min-ttl left. Throws Failure when none is to be had in time.
  [[nodiscard]] FreshToken get();

  /// A token that the service gives now, whatever is kept. Throws Failure as get() does, and likewise spares
  /// the service.
  [[nodiscard]] FreshToken get_new();

  /// A token as get() gives it, but one that ages is renewed first, in turn with the others and as rarely as
  /// they do it; where that fails it is given all the same. Throws Failure as get() does.
  [[nodiscard]] KeptToken get_ahead();

  /// Tries the chain to the service link by link, whatever is in the cache, by the same rules as every call:
  /// in turn with the others, and only the way where the service is to be spared. A new token is kept. Throws
  /// Failure when the turn does not come in time, or there is no report of any kind.
  [[nodiscard]] ProbeReport probe(const std::string& read_url);

  /// Renews the token that get() gave if it ages, in a process of its own (posix/detached.hpp). To be called
  /// once the token has been delivered. Does nothing while another call is at it, and never fails: the token
  /// is good yet.
  void refresh_in_background(os::ParentLifetime afterwards = os::ParentLifetime::ends) noexcept;

  /// The key that this source asks with, and what its tokens are bound to.
  [[nodiscard]] ApiKeyHandle& key() noexcept { return key_; }

  /// Forgets the cached token if it is this one, since whoever it was given to has rejected it.
  void erase(std::string_view token);

 private:
  [[nodiscard]] std::optional<cache::CachedToken> find();
  [[nodiscard]] std::optional<FreshToken> find_fresh();
  [[nodiscard]] std::optional<rate_limit::RefreshLock> open_refresh_lock();
  [[nodiscard]] std::optional<FreshToken> wait_for_refresh_lock(rate_limit::RefreshLock& refresh_lock);
  void acquire_refresh_lock(rate_limit::RefreshLock& refresh_lock);
  [[nodiscard]] std::optional<FreshToken> refresh_under_lock();
  [[nodiscard]] std::optional<FreshToken> wait_for_other_refresh(rate_limit::RefreshLock& refresh_lock);
  [[nodiscard]] Failure lock_timeout_failure() const;
  [[nodiscard]] FreshToken accept(NewToken token);
  void keep(const cache::CachedToken& token);
  void renew(const rate_limit::RefreshLock& refresh_lock);
  void record_erase_locked();
  [[nodiscard]] RateLimitedAuthorizer& service();

  const config::Profile& profile_;
  cache::TokenCache* cache_;
  std::optional<std::string> state_directory_;
  Authorizer& authorizer_;
  config::MisspelledVariables* misspelled_variables_;
  const Trace& trace_;
  std::chrono::steady_clock::time_point deadline_;
  ApiKeyHandle key_;
  WarningOnce warning_;
  BootTime started_ = boot_clock();
  std::optional<RateLimitedAuthorizer> service_;  // made when it is needed: most calls never do
  bool due_for_refresh_ = false;
};

}  // namespace sase::token
