// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/rules.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/deferred_key_machine.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/fleet_machine.hpp"

#include <chrono>
#include <string>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using protocol::ErrorKind;
using protocol::FleetOperation;
using tests::FleetMachine;
using tests::StoreContents;
using tests::TwoHosts;

}  // namespace

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

TEST_CASE("a silent store leaves time for a request, also of a short timeout", "[fleet_call]") {
  struct SilentStore : tests::FakeFleet {
    using FakeFleet::FakeFleet;
    [[nodiscard]] protocol::FleetReply ask(const protocol::FleetRequest&, Deadline deadline,
                                           const Trace&) override {
      until = deadline;
      return protocol::FleetUnavailable{.what = "no reply in time"};
    }
    Deadline until;
  };
  StoreContents contents;
  FleetMachine host(contents);
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

TEST_CASE_METHOD(TwoHosts, "a store that answers is available, also if there is no token", "[fleet_call]") {
  host.connection.outage = protocol::FleetUnavailable{.what = "down"};
  (void)host.get();
  host.erase("fresh-token");
  host.change_log([](rate_limit::RequestLog& log) { log.fleet.retry_at = BootClock::now(); });
  REQUIRE(host.log().fleet.unavailable_since);
  host.connection.outage.reset();
  SECTION("the service fails") { host.authorizer.answer = tests::auth_error(ErrorKind::rejected); }
  SECTION("another host's request was rejected") {
    FleetMachine other(contents);
    other.authorizer.answer = tests::auth_error(ErrorKind::rejected);
    (void)other.failure();
  }

  CHECK(host.failure().code == ExitCode::rejected);
  CHECK_FALSE(host.log().fleet.unavailable_since);
}

TEST_CASE_METHOD(TwoHosts, "a store that can only be read remains unavailable", "[fleet_call]") {
  host.connection.before = [&](const protocol::FleetRequest& request) {
    if (request.operation == FleetOperation::acquire)
      host.connection.outage = protocol::FleetUnavailable{.what = "no leader"};
  };
  (void)host.get();
  const BootTime since = BootClock::now() - 61s;
  host.change_log([since](rate_limit::RequestLog& log) {
    log.fleet.unavailable_since = since;
    log.fleet.retry_at = BootClock::now();
  });
  host.connection.outage.reset();
  host.cache->remove(host.identity());
  (void)host.get();

  CHECK(host.log().fleet.unavailable_since == since);
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

TEST_CASE("a refresh runs no key command in the pause after an outage of the store", "[fleet_call]") {
  StoreContents contents;
  tests::FakeFleet connection(contents);
  tests::DeferredKeyMachine host;
  host.profile.fleet = tests::fleet_settings();
  host.profile.refresh_ahead = 30min;
  host.fleet = &connection;
  host.authorizer.answer = tests::FakeAuthorizer::Success{.token = "fresh-token", .lifetime = 10min};
  (void)host.get();
  REQUIRE(host.runs() == 1);
  host.change_log([](rate_limit::RequestLog& log) {
    rate_limit::record_fleet_failure(log, "down", BootClock::now(), 0.5);
  });

  CHECK(host.source().get_refreshed().is_due_for_refresh());
  CHECK(host.runs() == 1);
}

}  // namespace sase::token
