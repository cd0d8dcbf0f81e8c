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

TEST_CASE_METHOD(TwoHosts, "an unavailable store costs one warning and not the token", "[fleet_call]") {
  host.connection.outage = protocol::FleetUnavailable{.what = "no member answers", .hint = "start etcd"};

  CHECK(host.get() == "fresh-token");
  const std::string warning =
      "sase-credential: warning: authorizing without the fleet: no member answers\n"
      "sase-credential: hint: start etcd\n";
  CHECK(host.error.text() == warning);
  CHECK(host.log().fleet.last_use == rate_limit::FleetUse::fallback);
  CHECK(host.log().fleet.error == "no member answers");

  // It is not contacted again for a while, and there is no further warning.
  host.erase("fresh-token");
  host.answer("second");
  CHECK(host.get() == "second");
  CHECK(host.connection.opened == 1);
  CHECK(host.error.text() == warning);
}

TEST_CASE_METHOD(TwoHosts, "a warning about the fleet without a remedy names the command that looks for one",
                 "[fleet_call]") {
  host.connection.outage = protocol::FleetUnavailable{.what = "no reply in time", .hint = {}};

  CHECK(host.get() == "fresh-token");
  CHECK(tests::contains(host.error.text(), "hint: run 'sase-credential doctor'\n"));
}

TEST_CASE_METHOD(TwoHosts, "a silent store leaves time for a request, also of a short timeout",
                 "[fleet_call]") {
  struct SilentStore : tests::FakeFleet {
    using FakeFleet::FakeFleet;
    [[nodiscard]] protocol::FleetReply ask(const protocol::FleetRequest&, Deadline deadline,
                                           const Trace&) override {
      until = deadline;
      return protocol::FleetUnavailable{.what = "no reply in time"};
    }
    Deadline until;
  };
  SilentStore store(contents);
  host.fleet = &store;
  host.profile.timeout = 3s;
  host.time = 3s;
  const auto begun = std::chrono::steady_clock::now();

  CHECK(host.get() == "fresh-token");
  CHECK(store.until < begun + 2s);
}

TEST_CASE_METHOD(TwoHosts, "the store is contacted again after the pause", "[fleet_call]") {
  host.connection.outage = protocol::FleetUnavailable{.what = "down"};
  (void)host.get();
  host.erase("fresh-token");
  host.change_log([](rate_limit::RequestLog& log) { log.fleet.retry_at = BootClock::now(); });
  host.connection.outage.reset();

  (void)host.get();

  CHECK(host.connection.opened == 2);
  CHECK_FALSE(host.log().fleet.unavailable_since);
}

TEST_CASE_METHOD(TwoHosts, "an erased token is replaced for the whole fleet", "[fleet_call]") {
  (void)host.get();
  (void)other.get();
  host.erase("fresh-token");
  host.answer("replaced");

  CHECK(host.shared_token() == "fresh-token");  // the store is not contacted
  CHECK(host.get() == "replaced");
  CHECK(host.shared_token() == "replaced");
  // The other host keeps its token until its own callers reject it.
  CHECK(other.get() == "fresh-token");
  other.erase("fresh-token");
  CHECK(other.get() == "replaced");
  CHECK(other.authorizer.calls == 0);
}

TEST_CASE_METHOD(TwoHosts, "without a cache, an erase marks the fleet's token as rejected", "[fleet_call]") {
  host.cache = nullptr;
  (void)host.get();
  host.answer("replaced");

  CHECK(host.get() == "fresh-token");
  host.erase("fresh-token");
  CHECK(host.get() == "replaced");
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

TEST_CASE_METHOD(TwoHosts, "a short outage of the store causes no refresh", "[fleet_call]") {
  host.profile.refresh_ahead = 30min;
  host.keep("old", 10min);
  host.connection.outage = protocol::FleetUnavailable{.what = "down"};

  CHECK(host.source().get_refreshed().token.bearer.reveal() == "old");
  CHECK(host.authorizer.calls == 0);
  host.change_log([](rate_limit::RequestLog& log) { log.fleet.unavailable_since = BootClock::now() - 61s; });
  CHECK(host.source().get_refreshed().token.bearer.reveal() == "fresh-token");
}

}  // namespace sase::token
