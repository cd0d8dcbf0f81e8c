// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the front writes to the stdin of `fleet`: the setup, then operations, each after the reply to the one
/// before (reply.hpp). Both programs are installed together, so an unknown key is an error. The functions
/// throw ProtocolError: parse() for an invalid message, write() for a value with a line end or NUL.
namespace sase::protocol {

/// The first message.
struct FleetSetup {
  std::vector<std::string> members;  ///< `https://HOST:PORT`, all of one cluster
  std::string ca_file;               ///< as in AuthorizeRequest, like the next two
  std::string client_cert;
  std::string client_key;
  std::string record_key;  ///< whole key names
  std::string lock_key;
  std::chrono::milliseconds timeout{};  ///< the time until the front stops waiting
  std::chrono::milliseconds budget{};   ///< the time that a failing store may cost
  bool trace = false;                   ///< whether trace lines precede a reply

  [[nodiscard]] Secret write() const;
  [[nodiscard]] static FleetSetup parse(std::string_view text);
};

enum class FleetOperation {
  read,     ///< any member's snapshot, which may be old
  wait,     ///< the next snapshot after `seen`, or a majority's after some seconds without a change
  acquire,  ///< creates the lock and writes the record, which gets no lease
  publish,  ///< writes the record and deletes the lock
  examine,  ///< a FleetMember for each member, then the snapshot that a majority of them has
};

struct FleetRequest {
  FleetOperation operation{};
  /// `wait`: the revision of the last snapshot. `acquire`, `publish`: the record's mod_revision, 0 without a
  /// record; if it is another one by now, nothing is written and the reply is a snapshot.
  std::int64_t seen = 0;
  std::string record = {};  ///< bytes, for `acquire` and `publish`
  std::string lock = {};    ///< bytes, for `acquire`

  [[nodiscard]] Secret write() const;
  [[nodiscard]] static FleetRequest parse(std::string_view text);
};

/// Splits the bytes that arrive on a pipe into messages.
class MessageSplitter {
 public:
  void add(std::string_view arrived) { text_ += arrived; }

  /// The next complete message, or nothing. Throws ProtocolError beyond the size of a message.
  [[nodiscard]] std::optional<std::string> next();

 private:
  std::string text_;
  std::size_t searched_ = 0;
};

}  // namespace sase::protocol
