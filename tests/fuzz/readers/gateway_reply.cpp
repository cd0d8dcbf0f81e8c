// SPDX-License-Identifier: Apache-2.0
#include "helper/fleet/etcd/gateway_reply.hpp"

#include "protocol/fleet/reply.hpp"
#include "protocol/parsing.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <charconv>

namespace sase::fuzz {

namespace {

const fleet::StoreKeys keys{.record = "r", .lock = "l"};

void check_snapshot(const protocol::FleetSnapshot& snapshot) {
  check(snapshot.revision > 0, "a snapshot has a revision");
  for (const auto* value : {&snapshot.record, &snapshot.lock})
    check(!*value || ((*value)->mod_revision > 0 && (*value)->version > 0 &&
                      (*value)->bytes.size() <= fleet::largest_value),
          "a value has revisions and at most its largest size");
  // What this program writes, the front accepts.
  const auto read = protocol::parse_fleet_reply(protocol::write_message(snapshot).reveal());
  check(std::get<protocol::FleetSnapshot>(read).revision == snapshot.revision,
        "a snapshot is read as written");
}

template <typename Read>
void accept_failures(const Read& read) {
  try {
    read();
  } catch (const fleet::AttemptFailed& failed) {
    check(is_printable(std::string(failed.what()) + failed.hint()), "a message is printable");
  }
}

}  // namespace

/// A line with status and one with the date; then the body.
void gateway_reply(std::string_view bytes) {
  fleet::GatewayReply reply;
  const std::string_view status = take_line(bytes);
  (void)std::from_chars(status.data(), status.data() + status.size(), reply.status);
  reply.date = take_line(bytes);
  reply.body = bytes;
  accept_failures([&] { check_snapshot(parse_range(reply, keys)); });
  accept_failures([&] { check_snapshot(parse_transaction(reply, keys).snapshot); });
  accept_failures([&] { check(parse_lease(reply) > 0, "a lease has an ID"); });
  accept_failures([&] { (void)parse_keepalive(reply); });
  accept_failures([&] { check(is_printable(parse_version(reply)), "a version is printable"); });
  accept_failures([&] {
    protocol::FleetSnapshot snapshot{.revision = 1,
                                     .clock = {.date = std::chrono::sys_seconds(std::chrono::seconds(1))}};
    if (apply_watch_line(bytes, keys, snapshot)) check_snapshot(snapshot);
  });
}

}  // namespace sase::fuzz
