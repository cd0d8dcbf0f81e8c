// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/authorize/response.hpp"
#include "protocol/secret.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// What `fleet` writes to its stdout: any number of trace lines, then the reply to the operation.
namespace sase::protocol {

/// Of revisions and versions: the next ones are numbers as well.
inline constexpr std::int64_t largest_revision = std::int64_t{1} << 62U;

/// A value of the store, with etcd's revisions.
struct StoredValue {
  std::string bytes;  ///< empty if it is larger than a record can be
  std::int64_t mod_revision = 0;
  std::int64_t create_revision = 0;
  std::int64_t version = 0;
  bool has_lease = false;
};

/// A member's clock. It is now at most `date` plus the boot time that has passed since `sent`, rounded up.
struct StoreClock {
  std::chrono::sys_seconds date;     ///< of the reply, rounded down
  std::chrono::milliseconds sent{};  ///< when its request was sent, on CLOCK_BOOTTIME
};

/// Record and lock at one revision of the store. The reply to each operation, unless it wrote.
struct FleetSnapshot {
  std::optional<StoredValue> record = {};
  std::optional<StoredValue> lock = {};
  std::int64_t revision = 0;
  StoreClock clock = {};
};

/// The operation wrote the record, whose mod_revision is `revision` now.
struct FleetWritten {
  std::int64_t revision = 0;
  StoreClock clock = {};
};

/// The operation failed at each member, for as long as the setup allows.
struct FleetUnavailable {
  std::string what;
  std::string hint = {};
};

/// Of `examine`: one member.
struct FleetMember {
  std::string name;              ///< `HOST:PORT`
  std::string version = {};      ///< of etcd, such as `3.4.23`
  std::string certificate = {};  ///< a text about the member's
  std::optional<StoreClock> clock = {};
  std::string what = {};  ///< why it cannot be used; empty if it can
  std::string hint = {};  ///< also of a member that can be used, if a certificate must soon be renewed
};

using FleetReply = std::variant<FleetSnapshot, FleetWritten, FleetUnavailable, FleetMember, TraceLine>;

/// Throws ProtocolError for a text that contains a line end or NUL.
[[nodiscard]] Secret write_message(const FleetReply& reply);

/// Throws ProtocolError for anything else, such as a text that is not printable.
[[nodiscard]] FleetReply parse_fleet_reply(std::string_view text);

}  // namespace sase::protocol
