// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/access_token.hpp"
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
#include "helper/trace.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>
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

/// What testing the connection to the service found.
struct ProbeOutcome {
  std::vector<protocol::Check> checks;                 ///< empty if the authorizer gave no report
  std::optional<unsigned> status = {};                 ///< the HTTP status of the service's response
  std::optional<protocol::AuthError> auth_error = {};  ///< why there is no token
  std::optional<protocol::AuthError> blocked = {};     ///< why no token was requested
  std::optional<NewToken> new_token = {};
};

/// What a RateLimitedAuthorizer works with. Everything referred to must outlive it.
struct RateLimitedAuthorizerParts {
  const config::Profile& profile;
  ApiKeyHandle& key;
  Authorizer& authorizer;
  const Trace& trace;
  WarningOnce& warning;
  config::MisspelledVariables* misspelled_variables;  ///< null for no warning about them
  BootTime started;  ///< of the call: it shares the failures of calls that it has waited for since then
  std::chrono::steady_clock::time_point deadline;  ///< of the call
};

/// Requests a profile's token within the rules of rate_limit/rules.hpp, and records each request in the
/// request log. A null `refresh_lock` means that there can be none; then nothing is recorded.
class RateLimitedAuthorizer {
 public:
  explicit RateLimitedAuthorizer(const RateLimitedAuthorizerParts& parts);

  /// The name of the lock and the request log.
  [[nodiscard]] const std::string& key_id() const noexcept { return key_id_; }

  /// For a call that continues in the background.
  void set_deadline(std::chrono::steady_clock::time_point deadline) noexcept;

  /// Requests a token. Throws Failure.
  [[nodiscard]] NewToken authorize(const rate_limit::RefreshLock* refresh_lock);

  /// The same while the cached token is still good, after may_refresh(). Sends no request that cannot be
  /// recorded. Throws Failure and std::system_error.
  [[nodiscard]] NewToken refresh(const rate_limit::RefreshLock& refresh_lock);

  /// Runs every check, with one request for a token and one that reads `read_url` with it. If requests are
  /// blocked, runs only the checks of the connection. Throws Failure if there is no reply at all.
  [[nodiscard]] ProbeOutcome probe(const rate_limit::RefreshLock* refresh_lock, const std::string& read_url);

  /// Throws the Failure of the call that held the lock while this one waited, if that call failed.
  void throw_shared_failure(const rate_limit::RefreshLock& refresh_lock);

  /// Whether a token that is still good may be refreshed now. Throws std::system_error.
  [[nodiscard]] bool may_refresh(const rate_limit::RefreshLock& refresh_lock) const;

  /// Records that the cached token was rejected.
  void record_erase(const rate_limit::RefreshLock& refresh_lock);

 private:
  enum class WhileGood { no, yes };  ///< whether the cached token is still good

  struct AuthorizeOptions {
    unsigned tries = 1;
    protocol::Probe probe = protocol::Probe::none;
    std::string read_url = {};
  };
  /// A reply whose request has been recorded. The token is moved out of it.
  struct AuthorizeResult {
    std::variant<NewToken, protocol::AuthError> outcome;
    std::vector<protocol::Check> checks = {};
    std::optional<unsigned> status = {};
  };

  [[nodiscard]] rate_limit::CallContext call() const noexcept;
  [[nodiscard]] rate_limit::RequestLog read(const rate_limit::RefreshLock* refresh_lock);
  void write(const rate_limit::RefreshLock* refresh_lock, const rate_limit::RequestLog& log);
  [[nodiscard]] rate_limit::RequestLog read_log_before_request(const rate_limit::RefreshLock* refresh_lock);
  void read_key(const rate_limit::RefreshLock* refresh_lock, rate_limit::RequestLog& log);
  [[nodiscard]] AuthorizeResult request(const rate_limit::RefreshLock* refresh_lock,
                                        rate_limit::RequestLog log, const AuthorizeOptions& options,
                                        WhileGood while_good);
  [[nodiscard]] protocol::AuthorizeReply send_counted(const rate_limit::RefreshLock* refresh_lock,
                                                      rate_limit::RequestLog& log,
                                                      const AuthorizeOptions& options, WhileGood while_good);
  [[nodiscard]] NewToken make_token(protocol::TokenResponse response, const ClockReading& requested_at) const;
  [[nodiscard]] static NewToken token_or_failure(AuthorizeResult result);
  void record_failure(rate_limit::RequestLog& log, const protocol::AuthError& auth_error);
  [[nodiscard]] protocol::AuthorizeReply send(const AuthorizeOptions& options);
  [[nodiscard]] protocol::AuthorizeRequest make_request(const AuthorizeOptions& options);

  RateLimitedAuthorizerParts parts_;
  std::string key_id_;
  std::string network_fingerprint_;
};

}  // namespace sase::token
