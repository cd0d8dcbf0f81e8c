// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/rules.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/fleet_machine.hpp"

#include <string>
#include <vector>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using protocol::ErrorKind;
using protocol::FleetOperation;
using tests::FleetMachine;
using tests::StoreContents;
using tests::TwoHosts;

using Operations = std::vector<FleetOperation>;

}  // namespace

TEST_CASE_METHOD(TwoHosts, "the first host of a fleet requests a token and publishes it", "[fleet_call]") {
  CHECK(host.get() == "fresh-token");
  CHECK(host.connection.operations ==
        Operations{FleetOperation::read, FleetOperation::acquire, FleetOperation::publish});
  CHECK(host.shared_token() == "fresh-token");
  CHECK(contents.record->has_lease);
  CHECK_FALSE(contents.lock);
  CHECK(host.kept() == "fresh-token");
  CHECK(host.record().log.requests.size() == 1);
  CHECK(host.log().fleet.last_use == rate_limit::FleetUse::authorized);
}

TEST_CASE_METHOD(TwoHosts, "a further host of a fleet gets the token with one read", "[fleet_call]") {
  (void)host.get();

  CHECK(other.get() == "fresh-token");
  CHECK(other.authorizer.calls == 0);
  CHECK(other.connection.operations == Operations{FleetOperation::read});
  CHECK(other.kept() == "fresh-token");
  CHECK(other.log().fleet.last_use == rate_limit::FleetUse::hit);
  // From now on it is in the cache.
  CHECK(other.get() == "fresh-token");
  CHECK(other.connection.opened == 1);
}

TEST_CASE_METHOD(TwoHosts, "the store's program gets key names, certificates and times, and no secret",
                 "[fleet_call]") {
  (void)host.get();

  const protocol::FleetSetup& setup = host.connection.setup;
  const std::string prefix = "/sase-credential/v1/" + host.fleet_identity().name();
  CHECK(setup.members == std::vector<std::string>{"https://etcd1:2379", "https://etcd2:2379"});
  CHECK(setup.record_key == prefix + "/record");
  CHECK(setup.lock_key == prefix + "/lock");
  CHECK(setup.ca_file == "/ca.pem");
  CHECK(setup.client_cert == "/cert.pem");
  CHECK(setup.client_key == "/key.pem");
  CHECK(setup.budget == 3000ms);
  CHECK(setup.timeout > 9s);
  CHECK(contents.record->bytes.find("fresh-token") == std::string::npos);
}

TEST_CASE_METHOD(TwoHosts, "a failure of the service is published, and fails the hosts that wait",
                 "[fleet_call]") {
  host.authorizer.answer = tests::auth_error(ErrorKind::rejected);

  CHECK(host.failure().code == ExitCode::rejected);
  CHECK_FALSE(contents.lock);
  const Failure shared = other.failure();

  CHECK(shared.code == ExitCode::rejected);
  CHECK(std::string(shared.what()).starts_with("what happened, reported by another host, "));
  CHECK(other.authorizer.calls == 0);
}

TEST_CASE("the fleet keeps the token that lives longer", "[fleet_call]") {
  StoreContents contents;
  FleetMachine host(contents), demanding(contents);
  host.answer("long", 50min);
  (void)host.get();
  demanding.answer("short", 40min);
  demanding.profile.min_ttl = 55min;

  CHECK(std::string(demanding.failure().what()).find("less than min-ttl") != std::string::npos);
  CHECK(host.shared_token() == "long");
}

TEST_CASE_METHOD(TwoHosts, "a record that cannot be decrypted is replaced, with a warning", "[fleet_call]") {
  contents.put(contents.record, "damaged", false);

  CHECK(host.get() == "fresh-token");
  CHECK(host.shared_token() == "fresh-token");
  CHECK(tests::count_lines(host.error.text()) == 2);  // with its hint
}

TEST_CASE_METHOD(TwoHosts, "the warning of a record that cannot be decrypted comes once in 30 seconds",
                 "[fleet_call]") {
  const auto get_damaged = [&](const std::string& token) {
    contents.put(contents.record, "damaged", false);
    host.answer(token);
    CHECK(host.get() == token);
    host.erase(token);
  };

  get_damaged("first");
  get_damaged("second");
  CHECK(tests::count_lines(host.error.text()) == 2);
  host.change_log([](rate_limit::RequestLog& log) {
    REQUIRE(log.fleet.damage_reported);
    *log.fleet.damage_reported -= 30s;
    log.paused_until = BootTime{};
  });
  get_damaged("third");
  CHECK(tests::count_lines(host.error.text()) == 4);
}

TEST_CASE_METHOD(TwoHosts, "one host refreshes the fleet's token, and the others adopt it", "[fleet_call]") {
  (void)host.get();
  (void)other.get();
  contents.clock += 50min;
  for (FleetMachine* const each : {&host, &other})
    each->keep("fresh-token", 10min);
  // Each host has its own moment within the time ahead.
  host.profile.refresh_ahead = other.profile.refresh_ahead = 30min;
  host.change_log([](rate_limit::RequestLog& log) { log.success.reset(); });
  host.answer("refreshed");

  CHECK(host.source().get_refreshed().token.bearer.reveal() == "refreshed");
  CHECK(host.shared_token() == "refreshed");
  CHECK(host.log().fleet.last_use == rate_limit::FleetUse::refreshed);
  CHECK(other.source().get_refreshed().token.bearer.reveal() == "refreshed");
  CHECK(other.authorizer.calls == 0);
}

TEST_CASE_METHOD(TwoHosts, "a refresh without a state directory adopts the fleet's token", "[fleet_call]") {
  (void)other.get();
  host.profile.refresh_ahead = 30min;
  host.keep("old", 10min);
  host.state_directory.reset();
  host.answer("own");

  CHECK(host.source().get_refreshed().token.bearer.reveal() == "fresh-token");
  CHECK(host.authorizer.calls == 0);
  // The fleet has none that is newer.
  host.keep("older", 5min);
  contents.clock += 56min;
  CHECK(host.source().get_refreshed().token.bearer.reveal() == "own");
  CHECK(host.shared_token() == "own");
}

}  // namespace sase::token
