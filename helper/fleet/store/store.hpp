// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/fleet/reply.hpp"

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <utility>

namespace sase::fleet {

/// Of the attempt to free the lock at the end: soon after, the lock ends by itself.
inline constexpr std::chrono::milliseconds longest_release{300};

/// No member carried out the operation in time.
class Unavailable : public std::exception {
 public:
  explicit Unavailable(protocol::FleetUnavailable reply) : reply_(std::move(reply)) {}
  [[nodiscard]] const protocol::FleetUnavailable& reply() const noexcept { return reply_; }
  [[nodiscard]] const char* what() const noexcept override { return reply_.what.c_str(); }

 private:
  protocol::FleetUnavailable reply_;
};

/// The front closed its pipe while an operation was running.
class FrontEnded : public std::exception {};

/// A replicated store of one opaque record, which has a revision, and of one lock. An implementation knows
/// how to reach its members, and how long it may try. Each function throws Unavailable and FrontEnded.
class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  /// Any member's snapshot, which may be old.
  [[nodiscard]] virtual protocol::FleetSnapshot read() = 0;

  /// A snapshot at least as new as each write that was confirmed before this call.
  [[nodiscard]] virtual protocol::FleetSnapshot confirm() = 0;

  /// The snapshot after the next change since the snapshot at revision `seen`, or confirm() after some
  /// seconds.
  [[nodiscard]] virtual protocol::FleetSnapshot wait(std::int64_t seen) = 0;

  /// Writes lock and record if the record's mod_revision is `seen`: FleetWritten, else a FleetSnapshot. The
  /// lock ends some seconds after the last renew(). A repeated call recognizes its own write.
  [[nodiscard]] virtual protocol::FleetReply acquire(std::int64_t seen, const std::string& record,
                                                     const std::string& lock) = 0;

  /// Writes the record and removes the lock, with the same comparison. Finishes after the front has ended.
  [[nodiscard]] virtual protocol::FleetReply publish(std::int64_t seen, const std::string& record) = 0;

  /// When to call renew() next; steady_clock's maximum without a lock.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point next_renewal() const = 0;

  /// Keeps the lock of this process alive, and returns early if the front sends a message. Throws nothing.
  virtual void renew() = 0;

  /// Removes the lock of this process within `longest_release`. Throws nothing.
  virtual void release() = 0;

  /// Checks each member, and reports each at once.
  virtual void examine(const std::function<void(const protocol::FleetMember&)>& report) = 0;
};

}  // namespace sase::fleet
