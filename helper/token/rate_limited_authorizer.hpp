// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/access_token.hpp"
#include "helper/cache/token_cache.hpp"
#include "helper/clock.hpp"
#include "helper/config/profile.hpp"
#include "helper/config/settings.hpp"
#include "helper/diagnostics.hpp"
#include "helper/failure.hpp"
#include "helper/rate_limit/refresh_lock.hpp"
#include "helper/rate_limit/request_log.hpp"
#include "helper/rate_limit/rules.hpp"
#include "helper/token/api_key_handle.hpp"
#include "helper/token/authorizer.hpp"
#include "helper/token/fleet_store.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sase::token {

/// The exit code for a kind of error.
[[nodiscard]] ExitCode exit_code_for(protocol::ErrorKind kind) noexcept;

/// The message and exit code for an error.
[[nodiscard]] Failure to_failure(const protocol::AuthError& auth_error);

/// A token from the service.
struct NewToken {
  Token token;
  std::optional<protocol::AuthError> too_short;  ///< set if less than the profile's min-ttl is left of it
};

/// What a request resulted in, or what testing the connection to the service found.
struct ProbeReport {
  std::vector<protocol::Check> checks;  ///< of a probe; empty if the authorizer gave no report
  unsigned requests = 0;                ///< how many were sent
  std::optional<unsigned> status = {};  ///< the HTTP status of the service's response to a probe
  std::optional<protocol::AuthError> auth_error = {};  ///< why there is no token
  std::optional<protocol::AuthError> blocked = {};     ///< why a probe requested no token
  std::optional<NewToken> new_token = {};
  std::optional<Failure> unusable = {};  ///< why the new token of a probe cannot be given
};

/// What a call works with. Everything referred to must outlive it.
struct TokenProviderParts {
  const config::Profile& profile;
  cache::TokenCache* cache;                    ///< null for none
  std::optional<std::string> state_directory;  ///< of locks and request logs; nothing if there can be none
  Authorizer& authorizer;
  const Diagnostics& diagnostics;
  config::IgnoredVariables* ignored_variables = nullptr;  ///< null for no warning about them
  const Trace& trace;
  std::chrono::steady_clock::time_point deadline;  ///< of the call
  FleetStore* fleet = nullptr;
  std::optional<config::FleetSettings> fleet_settings = {};  ///< nothing without a fleet
  /// Reads them when the cache does not answer; empty once that is done.
  std::function<std::optional<config::FleetSettings>(const std::string& profile)> find_fleet = {};
  BootTime started = BootClock::now();  ///< the call shares the failures of calls that it has waited for
};

/// Requests a profile's token within the rules of rate_limit/rules.hpp, and records each request in the
/// request log. Without a lock, nothing is recorded.
class RateLimitedAuthorizer {
 public:
  /// Everything must outlive this object.
  RateLimitedAuthorizer(const TokenProviderParts& parts, ApiKeyHandle& key, WarningOnce& warning,
                        const std::optional<rate_limit::RefreshLock>& lock);

  /// Requests a token. Throws Failure.
  [[nodiscard]] NewToken authorize();

  /// The same while the cached token is still good, after may_refresh(). With a lock, sends no request that
  /// cannot be recorded. Throws Failure and std::system_error.
  [[nodiscard]] NewToken refresh();

  /// Runs every check, with one request for a token and one that reads `read_url` with it. If requests are
  /// blocked, runs only the checks of the connection. Throws Failure if there is no reply at all.
  [[nodiscard]] ProbeReport probe(const std::string& read_url);

  /// Throws the Failure of the call that held the lock while this one waited, if that call failed.
  void throw_shared_failure();

  /// Whether a token that is still good may be refreshed now. Throws std::system_error.
  [[nodiscard]] bool may_refresh() const;

  /// Records that the cached token was rejected.
  void record_erase(std::string_view token);

  /// The API key. Throws Failure, which is recorded.
  const api_key::ApiKey& read_key();

  /// Reads the log. Why no request may be sent now; nothing if one may.
  [[nodiscard]] std::optional<protocol::AuthError> find_block();
  /// Throws std::system_error.
  void read_log_for_refresh() {
    if (lock_) log_ = lock_->read_log();
  }
  [[nodiscard]] const rate_limit::RequestLog& log() const noexcept { return log_; }
  void change_log(const std::function<void(rate_limit::RequestLog&)>& change);

  /// Requests a token while this host holds the fleet's lock, with at most `tries` requests. Ends at
  /// `connect_by` unless one has been sent; that failure is not recorded. Throws Failure, std::system_error.
  [[nodiscard]] ProbeReport request_for_fleet(bool is_refresh, unsigned tries,
                                              std::chrono::steady_clock::time_point connect_by);

 private:
  struct AuthorizeOptions {
    unsigned tries = 1;
    bool is_refresh = false;  ///< the cached token is still good
    protocol::Probe probe = protocol::Probe::none;
    std::string read_url = {};
    std::chrono::steady_clock::time_point connect_by = std::chrono::steady_clock::time_point::max();
  };

  [[nodiscard]] rate_limit::CallContext call() const noexcept;
  void read_log();
  void write_log();
  void read_log_before_request();
  [[nodiscard]] ProbeReport request(const AuthorizeOptions& options);
  [[nodiscard]] protocol::AuthorizeReply send_counted(const AuthorizeOptions& options);
  [[nodiscard]] NewToken accept(protocol::TokenResponse response, const ClockReading& requested_at,
                                bool is_refresh);
  void record_failure(const protocol::AuthError& auth_error);
  [[nodiscard]] protocol::AuthorizeReply send(const AuthorizeOptions& options);

  const TokenProviderParts& parts_;
  ApiKeyHandle& key_;
  WarningOnce& warning_;
  const std::optional<rate_limit::RefreshLock>& lock_;
  std::string network_fingerprint_;
  rate_limit::RequestLog log_;
};

}  // namespace sase::token
