// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/failure.hpp"
#include "helper/os/processes/background.hpp"
#include "helper/token/fleet_call.hpp"
#include "helper/token/freshness.hpp"
#include "helper/token/rate_limited_authorizer.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sase::token {

/// A token that may be given, and whether it is to be refreshed.
struct ProvidedToken {
  Token token;
  Freshness freshness = Freshness::fresh;                 ///< never stale
  std::optional<Failure> refresh_failure = std::nullopt;  ///< why a token that is due was not refreshed

  [[nodiscard]] bool is_due_for_refresh() const noexcept { return freshness == Freshness::due_for_refresh; }
};

/// Provides the tokens of one profile:
/// - hit: the cached token is fresh and is given;
/// - due for refresh: it is given at once, and refreshed in the background;
/// - stale or miss: one process at a time (rate_limit/refresh_lock.hpp) requests a token, within the rules of
///   rate_limit/rules.hpp; waiting processes share its token or its failure.
///
/// A cache, lock or request log that cannot be used causes a warning, never a missing token.
class TokenProvider {
 public:
  TokenProvider(const TokenProviderParts& parts, ApiKeyHandle key);

  /// A token with at least the profile's min-ttl left. Throws Failure if it has none by the deadline.
  [[nodiscard]] ProvidedToken get();

  /// A new token from the service, whatever is cached, within the same rules. Throws Failure as get() does.
  [[nodiscard]] ProvidedToken get_new();

  /// As get(), but refreshes a token that is due first, under the lock and within the same rules. If that
  /// fails, gives the old token with the failure. Throws Failure as get() does.
  [[nodiscard]] ProvidedToken get_refreshed();

  /// Tests the connection to the service, whatever is cached, under the lock and within the same rules. A new
  /// token is cached. Throws Failure if the lock is not acquired before the deadline or there is no report.
  [[nodiscard]] ProbeReport probe(const std::string& read_url);

  /// Examines the members of the fleet's store. Requires a fleet.
  [[nodiscard]] FleetReport examine_fleet();

  /// Refreshes a token that is due in a background process. Call it once the token has been delivered. Does
  /// nothing while another process refreshes it. Never fails, since the token is still good.
  void refresh_in_background(const ProvidedToken& provided,
                             os::ParentLifetime parent = os::ParentLifetime::ends) noexcept;

  [[nodiscard]] ApiKeyHandle& key() noexcept { return key_; }

  /// Removes the cached token if it is this one, since a server has rejected it.
  void erase(std::string_view token);

 private:
  [[nodiscard]] bool load_fleet();
  [[nodiscard]] bool has_known_fleet() noexcept;
  [[nodiscard]] FleetCall fleet_call(RateLimitedAuthorizer& requests);
  [[nodiscard]] std::optional<Token> find();
  [[nodiscard]] std::optional<ProvidedToken> find_usable();
  [[nodiscard]] std::optional<ProvidedToken> find_fresh();
  [[nodiscard]] BootTime boot_deadline() const noexcept;
  [[nodiscard]] std::optional<rate_limit::RefreshLock> acquire_lock();
  [[nodiscard]] Failure lock_timeout();
  [[nodiscard]] ProvidedToken request(RateLimitedAuthorizer requests);
  [[nodiscard]] std::optional<ProvidedToken> refresh(RateLimitedAuthorizer requests,
                                                     std::chrono::seconds left);
  [[nodiscard]] std::optional<ProvidedToken> refresh_under_lock(const Token& cached);
  void refresh_as_child(std::optional<rate_limit::RefreshLock>& lock);
  [[nodiscard]] ProvidedToken accept(NewToken new_token);
  void keep_longer_lived(const Token& token);
  [[nodiscard]] ProvidedToken provide(NewToken new_token);
  [[nodiscard]] std::optional<ProvidedToken> provide(FleetResult shared);
  void store(const Token& token);
  void mark_rejected(std::string_view token);
  void record_erase(std::string_view token);
  [[nodiscard]] RateLimitedAuthorizer authorizer(const std::optional<rate_limit::RefreshLock>& lock);

  TokenProviderParts parts_;
  ApiKeyHandle key_;
  WarningOnce warning_;
  bool spreads_refreshes_ = true;  ///< over the hosts of a fleet
};

/// Composes the parts that provide a profile's token during one call: trace, cache, API key, authorizer. The
/// key is read at first use.
class TokenSession {
 public:
  /// `profile` must outlive the session. `key` replaces the profile's own key source.
  TokenSession(const SessionContext& context, const config::Profile& profile,
               std::optional<api_key::ApiKey> key = std::nullopt);

  [[nodiscard]] TokenProvider& provider() noexcept { return provider_; }

  /// For a process that becomes another program, which would have a child that it did not start.
  void wait_for_programs() noexcept { fleet_.wait_for_end(); }

 private:
  SessionContext context_;
  Trace trace_;
  std::optional<std::string> state_directory_;
  std::unique_ptr<cache::TokenCache> cache_;
  AuthorizerProcess authorizer_;
  FleetProcess fleet_;
  TokenProvider provider_;
};

}  // namespace sase::token
