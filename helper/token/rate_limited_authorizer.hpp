// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/clock.hpp"
#include "helper/config/misspelled_variables.hpp"
#include "helper/config/profile.hpp"
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
#include <vector>

namespace sase::token {

/// The exit code for a denial.
[[nodiscard]] ExitCode exit_code_of(protocol::ErrorKind kind) noexcept;

/// What the program says and exits with for a denial.
[[nodiscard]] Failure to_failure(const protocol::AuthError& auth_error);

/// A new token.
struct NewToken {
  protocol::TokenResponse token_response;
  ClockReading asked;         ///< the moment before it was asked for, from which its life counts
  bool is_too_short = false;  ///< it lives for less than the profile's min-ttl by now
};

/// What trying the chain to the service link by link came to.
struct ProbeOutcome {
  std::vector<protocol::Check> checks;            ///< empty where the authorizer came to no report
  std::optional<unsigned> status;                 ///< of HTTP, with which the service answered
  std::optional<protocol::AuthError> auth_error;  ///< why there is no token, if there is none
  std::optional<protocol::AuthError> blocked;     ///< why none was asked for; then only the way was tried
  std::optional<NewToken> fresh;
};

/// Asks the authorizer for a profile's token where the rules of sparing.hpp allow it, and keeps the ledger of
/// it.
class RateLimitedAuthorizer {
 public:
  /// All that is referred to must outlive this. `started` is when the call began: it shares the failures of
  /// those that it waited for since then.
  RateLimitedAuthorizer(const config::Profile& profile, ApiKeyHandle& key, Authorizer& authorizer,
                        const Trace& trace, WarningOnce& warning, BootTime started,
                        config::MisspelledVariables* misspelled_variables = nullptr);

  /// The name of the lock and the ledger (ledger.hpp).
  [[nodiscard]] const std::string& key_id() const noexcept { return key_id_; }

  /// A token that lives for longer than zero seconds, whatever the min-ttl. `turn` is null where there can be
  /// none: then nothing is remembered. Throws Failure.
  [[nodiscard]] NewToken authorize(const rate_limit::RefreshLock* refresh_lock,
                                   std::chrono::steady_clock::time_point deadline);

  /// The same while the cached token is good yet, once may_refresh() has allowed it. Throws Failure and
  /// std::system_error.
  [[nodiscard]] NewToken renew(const rate_limit::RefreshLock& refresh_lock,
                               std::chrono::steady_clock::time_point deadline);

  /// Tries every link, with one request for a token and one that reads `read_url` with it; where the service
  /// is to be spared, only the way to it. Throws Failure when there is no answer of any kind.
  [[nodiscard]] ProbeOutcome probe(const rate_limit::RefreshLock* refresh_lock,
                                   std::chrono::steady_clock::time_point deadline,
                                   const std::string& read_url);

  /// Throws the Failure of the call that has had its turn while this one waited, if it failed.
  void throw_shared_failure(const rate_limit::RefreshLock& refresh_lock);

  /// Whether a good token may be renewed now. Throws std::system_error.
  [[nodiscard]] bool may_refresh(const rate_limit::RefreshLock& refresh_lock) const;

  /// Takes down that the cached token was rejected.
  void record_erase(const rate_limit::RefreshLock& refresh_lock);

 private:
  enum class Ahead { no, yes };

  [[nodiscard]] rate_limit::AttemptContext question() const noexcept;
  [[nodiscard]] rate_limit::RequestLog read(const rate_limit::RefreshLock* refresh_lock);
  void write(const rate_limit::RefreshLock* refresh_lock, const rate_limit::RequestLog& log);
  /// What is wanted of the authorizer.
  struct AuthorizeOptions {
    unsigned tries = 1;
    protocol::Probe probe = protocol::Probe::none;
    std::string read_url = {};
  };
  /// A request that was sent, and taken down.
  struct AuthorizeResult {
    protocol::AuthorizeReply reply;
    ClockReading at;
    bool is_too_short = false;
  };

  [[nodiscard]] rate_limit::RequestLog read_log_before_request(const rate_limit::RefreshLock* refresh_lock);
  [[nodiscard]] AuthorizeResult ask(const rate_limit::RefreshLock* refresh_lock, rate_limit::RequestLog log,
                                    const AuthorizeOptions& errand,
                                    std::chrono::steady_clock::time_point deadline, Ahead ahead);
  /// The token; throws the Failure of a request that came to none.
  [[nodiscard]] static NewToken token_or_failure(AuthorizeResult asked);
  void check_for_new_key(const rate_limit::RefreshLock* refresh_lock, rate_limit::RequestLog& log);
  void read_key(const rate_limit::RefreshLock* refresh_lock, rate_limit::RequestLog& log);
  void record_failure(rate_limit::RequestLog& log, const protocol::AuthError& auth_error);
  [[nodiscard]] protocol::AuthorizeReply send(const AuthorizeOptions& errand,
                                              std::chrono::steady_clock::time_point deadline);
  [[nodiscard]] protocol::AuthorizeRequest request(const AuthorizeOptions& errand,
                                                   std::chrono::steady_clock::time_point deadline);

  const config::Profile& profile_;
  ApiKeyHandle& key_;
  Authorizer& authorizer_;
  const Trace& trace_;
  WarningOnce& warning_;
  config::MisspelledVariables* misspelled_variables_;
  BootTime started_;
  std::string key_id_;
  std::string network_fingerprint_;
};

}  // namespace sase::token
