// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/token/fleet_record.hpp"
#include "tests/support/fake_fleet.hpp"
#include "tests/support/machine.hpp"

#include <string>
#include <string_view>

namespace sase::tests {

[[nodiscard]] inline config::FleetSettings fleet_settings() {
  return {.members = {{.name = "etcd1", .port = 2379}, {.name = "etcd2", .port = 2379}},
          .ca_file = "/ca.pem",
          .client_cert = "/cert.pem",
          .client_key = "/key.pem",
          .prefix = "/sase-credential/"};
}

/// One host of a fleet.
struct FleetMachine : Machine {
  explicit FleetMachine(StoreContents& store) : connection(store), contents(store) {
    profile.fleet = fleet_settings();
    fleet = &connection;
  }

  [[nodiscard]] cache::FleetIdentity fleet_identity() const { return {profile.authorize_url, the_key}; }

  /// The shared record; REQUIREs that there is one.
  [[nodiscard]] token::FleetRecord record() const {
    REQUIRE(contents.record);
    auto read = token::FleetRecord::decrypt(fleet_identity(), *contents.record, contents.clock);
    REQUIRE(read);
    return std::move(*read);
  }
  [[nodiscard]] std::string shared_token() const {
    const token::FleetRecord read = record();
    return read.token ? std::string(read.token->bearer.reveal()) : "(none)";
  }
  /// No request reaches the service.
  void disconnect() {
    authorizer.answer = auth_error(protocol::ErrorKind::unreachable);
    authorizer.requests = 0;
  }
  void answer(const std::string& token, std::chrono::seconds lifetime = std::chrono::hours(1)) {
    authorizer.answer = FakeAuthorizer::Success{.token = token, .lifetime = lifetime};
  }

  FakeFleet connection;
  StoreContents& contents;
};

struct TwoHosts {
  StoreContents contents;
  FleetMachine host{contents}, other{contents};
};

}  // namespace sase::tests
