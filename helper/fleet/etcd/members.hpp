// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/fleet/etcd/connection.hpp"
#include "helper/fleet/store/inbox.hpp"
#include "helper/network/report/progress.hpp"
#include "protocol/fleet/reply.hpp"
#include "protocol/fleet/request.hpp"
#include "protocol/host.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sase::fleet {

/// Half of `time` or more.
[[nodiscard]] std::chrono::milliseconds with_jitter(std::chrono::milliseconds time);

/// Of one attempt: name, TCP, TLS and request.
inline constexpr std::chrono::milliseconds longest_attempt{700};

/// What the threads of a call share.
struct CallContext {
  protocol::FleetSetup setup;
  std::string ca_directories;  ///< of SSL_CERT_DIR
  std::vector<protocol::Host> hosts;
  std::shared_ptr<Inbox> inbox;
  std::shared_ptr<network::Progress> progress;

  /// Throws ProtocolError for a member that is not an https URL.
  CallContext(protocol::FleetSetup setup, std::string ca_directories, std::shared_ptr<Inbox> inbox);
};

/// The members of one cluster, in random order. Requests go to one of them, over one connection, until it
/// fails.
class Members {
 public:
  using Clock = Inbox::Clock;

  explicit Members(std::shared_ptr<const CallContext> context);

  /// Sends a request to the current member and, after a failure, to the others: in rounds, until the budget
  /// for failures is spent. `parse` reads the reply, and may find that the member rejects the request. Throws
  /// Unavailable, FrontEnded, and what else `parse` throws, such as LeaseEnded.
  template <typename Parse>
  auto call(const GatewayRequest& request, Inbox::Until until, const Parse& parse) {
    for (Effort effort;;) {
      try {
        auto result = parse(attempt(request, until));
        if (request.needs_leader) first_failure_.reset();
        return result;
      } catch (const LeaseEnded&) {
        throw;
      } catch (const AttemptFailed& failed) {
        recover(failed, until, effort);
      }
    }
  }

  /// One attempt at the current member. Throws AttemptFailed, and FrontEnded where `until` allows.
  [[nodiscard]] GatewayReply attempt(const GatewayRequest& request, Inbox::Until until,
                                     std::chrono::milliseconds longest = longest_attempt);

  /// The next line of the stream of the last request; nothing at the deadline. Throws as attempt() does.
  [[nodiscard]] std::optional<std::string> next_line(Clock::time_point deadline);

  /// Closes the connection.
  void disconnect() { session_.reset(); }

  /// Closes the connection, so that the next request goes to the next member.
  void advance();

  /// Closes the connection, so that the next request goes to this member of the setup.
  void select(std::size_t index);

  /// Throws FrontEnded.
  void pause(std::chrono::milliseconds time);

  /// `HOST:PORT` of the current member.
  [[nodiscard]] std::string name() const;

  /// After a successful attempt.
  [[nodiscard]] const std::optional<Connection>& connection() const { return session_->connection; }

 private:
  /// Shared with the thread that uses it.
  struct Session {
    std::atomic<bool> is_accepted = false;
    std::optional<Connection> connection;
  };

  struct Effort {
    std::size_t tried = 0;     ///< in this round
    std::size_t timeouts = 0;  ///< in this round
    bool may_succeed = false;  ///< whether a member of this round was unready
    int round = 0;
    protocol::FleetUnavailable reason = {};
    Trouble trouble = Trouble::unreachable;  ///< of `reason`
  };

  /// Prepares the next attempt, or throws Unavailable or FrontEnded.
  void recover(const AttemptFailed& failed, Inbox::Until until, Effort& effort);

  std::shared_ptr<const CallContext> context_;
  std::vector<std::size_t> order_;
  std::size_t current_ = 0;  ///< index of `order_`
  std::shared_ptr<Session> session_;
  std::optional<Clock::time_point> first_failure_;  ///< since the last reply that needed a leader
  bool has_timed_out_ = false;                      ///< the last attempt
};

}  // namespace sase::fleet
