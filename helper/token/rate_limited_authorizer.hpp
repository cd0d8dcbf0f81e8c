// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/clock.hpp"
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

namespace sase::helper {

/// The exit code for a denial.
[[nodiscard]] ExitCode exit_code_of(protocol::Denial denial) noexcept;

/// What the program says and exits with for a denial.
[[nodiscard]] Failure to_failure(const protocol::Denied& denied);

/// A new token.
struct NewToken {
  protocol::Granted granted;
  Moment asked;               ///< the moment before it was asked for, from which its life counts
  bool is_too_short = false;  ///< it lives for less than the profile's min-ttl by now
};

/// What trying the chain to the service link by link came to.
struct ServiceProbe {
  std::vector<protocol::Link> links;       ///< empty where the authorizer came to no report
  std::optional<unsigned> status;          ///< of HTTP, with which the service answered
  std::optional<protocol::Denied> denied;  ///< why there is no token, if there is none
  std::optional<protocol::Denied> spared;  ///< why none was asked for; then only the way was tried
  std::optional<NewToken> fresh;
};

/// Asks the authorizer for a profile's token where the rules of sparing.hpp allow it, and keeps the ledger of
/// it.
class SparingAuthorizer {
 public:
  /// All that is referred to must outlive this. `started` is when the call began: it shares the failures of
  /// those that it waited for since then.
  SparingAuthorizer(const Profile& profile, KeyHolder& key, Authorizer& authorizer, const Trace& trace,
                    WarningOnce& trouble, Instant started);

  /// The name of the lock and the ledger (ledger.hpp).
  [[nodiscard]] const std::string& account() const noexcept { return account_; }

  /// A token that lives for longer than zero seconds, whatever the min-ttl. `turn` is null where there can be
  /// none: then nothing is remembered. Throws Failure.
  [[nodiscard]] NewToken authorize(const Turn* turn, std::chrono::steady_clock::time_point deadline);

  /// The same while the cached token is good yet, once may_renew() has allowed it. Throws Failure and
  /// std::system_error.
  [[nodiscard]] NewToken renew(const Turn& turn, std::chrono::steady_clock::time_point deadline);

  /// Tries every link, with one request for a token and one that reads `read_url` with it; where the service
  /// is to be spared, only the way to it. Throws Failure when there is no answer of any kind.
  [[nodiscard]] ServiceProbe probe(const Turn* turn, std::chrono::steady_clock::time_point deadline,
                                   const std::string& read_url);

  /// Throws the Failure of the call that has had its turn while this one waited, if it failed.
  void share_failure(const Turn& turn);

  /// Whether a good token may be renewed now. Throws std::system_error.
  [[nodiscard]] bool may_renew(const Turn& turn) const;

  /// Takes down that the cached token was rejected.
  void note_erase(const Turn& turn);

 private:
  enum class Ahead { no, yes };

  [[nodiscard]] Question question() const noexcept;
  [[nodiscard]] History read(const Turn* turn);
  void write(const Turn* turn, const History& history);
  /// What is wanted of the authorizer.
  struct Errand {
    unsigned tries = 1;
    protocol::Probe probe = protocol::Probe::none;
    std::string read_url = {};
  };
  /// A request that was sent, and taken down.
  struct Asked {
    protocol::AuthorizeReply reply;
    Moment at;
    bool is_too_short = false;
  };

  [[nodiscard]] History read_before_asking(const Turn* turn, std::chrono::steady_clock::time_point deadline);
  [[nodiscard]] Asked ask(const Turn* turn, History history, const Errand& errand,
                          std::chrono::steady_clock::time_point deadline, Ahead ahead);
  /// The token; throws the Failure of a request that came to none.
  [[nodiscard]] static NewToken token_or_failure(Asked asked);
  void look_for_another_key(const Turn* turn, History& history,
                            std::chrono::steady_clock::time_point deadline);
  void read_key(const Turn* turn, History& history, std::chrono::steady_clock::time_point deadline);
  void note_failure(History& history, const protocol::Denied& denied,
                    std::chrono::steady_clock::time_point deadline);
  [[nodiscard]] protocol::AuthorizeReply send(const Errand& errand,
                                              std::chrono::steady_clock::time_point deadline);
  [[nodiscard]] protocol::AuthorizeRequest request(const Errand& errand,
                                                   std::chrono::steady_clock::time_point deadline);

  const Profile& profile_;
  KeyHolder& key_;
  Authorizer& authorizer_;
  const Trace& trace_;
  WarningOnce& trouble_;
  Instant started_;
  std::string account_;
  std::string route_;
};

}  // namespace sase::helper
