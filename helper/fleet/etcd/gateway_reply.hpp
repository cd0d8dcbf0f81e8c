// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/fleet/reply.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

/// Reads the replies of etcd's JSON gateway (grpc-gateway) of etcd 3.4 and later. They are untrusted.
namespace sase::fleet {

/// Two values of the largest size that etcd accepts, 1.5 MiB, in base64.
inline constexpr std::size_t largest_reply = std::size_t{5} << 20U;

/// A record is smaller: a token has at most 64 KiB.
inline constexpr std::size_t largest_value = std::size_t{128} << 10U;

struct GatewayReply {
  int status = 0;
  std::string date;                  ///< the header field
  std::chrono::milliseconds sent{};  ///< when the request was sent, on the boot clock
  std::string body;
};

/// What an attempt at one member says about the others.
enum class Trouble {
  unreachable,  ///< nothing accepted the connection
  unready,      ///< the same request may succeed soon: no leader, an election, no reply
  rejected,     ///< the same request will fail again: certificate, permission, full disk, an invalid reply
};

/// Ends an attempt at one member. The texts follow the member's name, and are printable.
class AttemptFailed : public std::exception {
 public:
  AttemptFailed(Trouble trouble, std::string what, std::string hint = {})
      : trouble_(trouble), what_(std::move(what)), hint_(std::move(hint)) {}

  [[nodiscard]] Trouble trouble() const noexcept { return trouble_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
  [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }

 private:
  Trouble trouble_;
  std::string what_;
  std::string hint_;
};

/// The lease of a request has ended: grant another one.
class LeaseEnded : public AttemptFailed {
 public:
  LeaseEnded() : AttemptFailed(Trouble::rejected, "has ended a lease at once") {}
};

/// The keys of the record and the lock. Other keys in a reply are ignored.
struct StoreKeys {
  std::string record;
  std::string lock;
};

// All functions throw AttemptFailed, of which LeaseEnded is one. That is also how a reply with an error is
// read.

/// Of `kv/range`.
[[nodiscard]] protocol::FleetSnapshot parse_range(const GatewayReply& reply, const StoreKeys& keys);

/// Of `kv/txn`, whose branch for a failed comparison is one range.
struct TransactionReply {
  bool succeeded = false;
  protocol::FleetSnapshot snapshot;  ///< without values if it succeeded
};
[[nodiscard]] TransactionReply parse_transaction(const GatewayReply& reply, const StoreKeys& keys);

/// Of `lease/grant`: the ID.
[[nodiscard]] std::int64_t parse_lease(const GatewayReply& reply);

/// Of `lease/keepalive`: whether the lease is alive.
[[nodiscard]] bool parse_keepalive(const GatewayReply& reply);

/// Of `GET /version`.
[[nodiscard]] std::string parse_version(const GatewayReply& reply);

/// Of requests without a result, and of the beginning of a stream.
protocol::StoreClock parse_success_clock(const GatewayReply& reply);

/// Applies one line of `watch` to a snapshot. Returns whether record or lock have changed. Throws
/// AttemptFailed if the watch has ended.
[[nodiscard]] bool apply_watch_line(std::string_view line, const StoreKeys& keys,
                                    protocol::FleetSnapshot& snapshot);

}  // namespace sase::fleet
