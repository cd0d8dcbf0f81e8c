// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/fleet_machine.hpp"

#include <string>
#include <thread>
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

FleetToken shared_now(const StoreContents& contents, std::string_view token) {
  return {.issued_at = contents.clock, .lifetime = 1h, .bearer = protocol::Secret(token)};
}

/// What a host writes that is not here.
void write_record(StoreContents& contents, const FleetMachine& host, const FleetRecord& record) {
  const auto place =
      cache::FleetPlace::record(contents.record->create_revision, contents.record->version + 1);
  ++contents.revision;
  contents.put(contents.record, record.encrypt(host.fleet_identity(), place), true);
}

/// Another host acquires the lock, whose lease has ended.
void take_over(StoreContents& contents, const FleetMachine& host) {
  write_record(contents, host, host.record());
  const FleetLock lock{.host = "later", .pid = 7, .expires_at = contents.clock + 5s};
  contents.put(contents.lock, lock.encrypt(host.fleet_identity()), true);
}

/// The other host ends while this one waits.
void finish_before_wait(StoreContents& contents, FleetMachine& host, const bool& succeeds) {
  host.connection.before = [&](const protocol::FleetRequest& request) {
    if (request.operation != FleetOperation::wait) return;
    FleetRecord record = host.record();
    if (succeeds) record.token = shared_now(contents, "newer");
    write_record(contents, host, record);
    contents.lock.reset();
  };
}

}  // namespace

TEST_CASE("a host waits for the one that holds the fleet's lock", "[fleet_call]") {
  StoreContents contents;
  FleetMachine first(contents), second(contents);
  first.authorizer.meanwhile = [&] {
    // The second host calls while the first one requests the token, and sees the result with its second
    // snapshot.
    second.connection.before = [&](const protocol::FleetRequest& request) {
      if (request.operation != FleetOperation::wait) return;
      FleetRecord record = first.record();
      record.token = shared_now(contents, "waited");
      write_record(contents, first, record);
      contents.lock.reset();
    };
    CHECK(second.get() == "waited");
    CHECK(second.authorizer.calls == 0);
    CHECK(second.connection.operations == Operations{FleetOperation::read, FleetOperation::wait});
    CHECK(second.log().fleet.last_use == rate_limit::FleetUse::waited);
  };

  // Meanwhile the record has changed, so the first host must not publish, and its own token may have ended.
  CHECK(first.get() == "waited");
  CHECK(first.shared_token() == "waited");
}

TEST_CASE("a host that loses the race for the fleet's lock uses the result of the winner", "[fleet_call]") {
  StoreContents contents;
  FleetMachine winner(contents), loser(contents);
  loser.connection.before = [&](const protocol::FleetRequest& request) {
    if (request.operation == FleetOperation::acquire && winner.authorizer.calls == 0) (void)winner.get();
  };

  CHECK(loser.get() == "fresh-token");
  CHECK(winner.authorizer.calls == 1);
  CHECK(loser.authorizer.calls == 0);
  CHECK(loser.connection.operations == Operations{FleetOperation::read, FleetOperation::acquire});
}

TEST_CASE("a host that was stopped while it held the fleet's lock does not replace a newer token",
          "[fleet_call]") {
  StoreContents contents;
  FleetMachine stopped(contents), next(contents);
  next.answer("newer");
  stopped.answer("older", 30min);
  stopped.authorizer.meanwhile = [&] {
    contents.lock.reset();  // its lease has ended
    CHECK(next.get() == "newer");
  };

  CHECK(stopped.get() == "newer");
  CHECK(stopped.kept() == "newer");
  CHECK(next.shared_token() == "newer");
}

TEST_CASE("a host that was stopped uses the token of the one that replaced it, even if its own lives longer",
          "[fleet_call]") {
  StoreContents contents;
  FleetMachine stopped(contents), next(contents);
  next.answer("newer", 30min);
  stopped.answer("older", 1h);
  stopped.authorizer.meanwhile = [&] {
    contents.lock.reset();
    CHECK(next.get() == "newer");
  };

  CHECK(stopped.get() == "newer");
  // Its next calls as well.
  CHECK(stopped.kept() == "newer");
  CHECK(stopped.get() == "newer");
  CHECK(stopped.connection.opened == 1);
}

TEST_CASE("a host that was stopped waits for the one that has replaced it", "[fleet_call]") {
  StoreContents contents;
  FleetMachine stopped(contents);
  bool succeeds = true;
  stopped.authorizer.meanwhile = [&] { take_over(contents, stopped); };
  finish_before_wait(contents, stopped, succeeds);

  SECTION("and uses its token") {
    CHECK(stopped.get() == "newer");
    CHECK(stopped.kept() == "newer");
    CHECK(stopped.connection.operations == Operations{FleetOperation::read, FleetOperation::acquire,
                                                      FleetOperation::publish, FleetOperation::wait});
  }
  SECTION("and keeps its own token if that one gets none") {
    succeeds = false;
    CHECK(stopped.get() == "fresh-token");
    CHECK(stopped.kept() == "fresh-token");
  }
  CHECK(stopped.authorizer.calls == 1);
}

TEST_CASE("a refresh uses the token of the host that replaced this one", "[fleet_call]") {
  StoreContents contents;
  FleetMachine stopped(contents), next(contents);
  stopped.keep("old", 10min);
  stopped.profile.refresh_ahead = 30min;
  next.answer("newer", 30min);
  stopped.authorizer.meanwhile = [&] {
    contents.lock.reset();
    CHECK(next.get() == "newer");
  };

  (void)stopped.source().get_refreshed();

  CHECK(stopped.kept() == "newer");
}

TEST_CASE("a refresh that another host has replaced does not return to the old token", "[fleet_call]") {
  StoreContents contents;
  FleetMachine stopped(contents);
  FleetRecord old;
  old.token =
      FleetToken{.issued_at = contents.clock - 50min, .lifetime = 1h, .bearer = protocol::Secret("old")};
  contents.put(contents.record, "a first version", true);
  write_record(contents, stopped, old);
  stopped.keep("old", 10min);
  stopped.profile.refresh_ahead = 30min;
  bool succeeds = true;
  stopped.authorizer.meanwhile = [&] { take_over(contents, stopped); };
  finish_before_wait(contents, stopped, succeeds);

  SECTION("but waits for the new one") {
    (void)stopped.source().get_refreshed();
    CHECK(stopped.kept() == "newer");
  }
  SECTION("and keeps its own token if there is no newer one") {
    succeeds = false;
    (void)stopped.source().get_refreshed();
    CHECK(stopped.kept() == "fresh-token");
  }
  CHECK(stopped.authorizer.calls == 1);
}

TEST_CASE_METHOD(TwoHosts, "a store that rejects each acquire, whatever it shows, costs no token",
                 "[fleet_call]") {
  int acquires = 0;
  host.connection.before = [&](const protocol::FleetRequest& request) {
    if (request.operation != FleetOperation::acquire) return;
    ++acquires;
    contents.record.reset();
    ++contents.revision;
    contents.put(contents.record,
                 FleetRecord{}.encrypt(host.fleet_identity(), cache::FleetPlace::record(0, 1)), true);
  };

  CHECK(host.get() == "fresh-token");
  CHECK(acquires == 20);
  CHECK(host.authorizer.calls == 1);
}

TEST_CASE_METHOD(TwoHosts, "a slow store that rejects each acquire costs no more than the budget",
                 "[fleet_call]") {
  host.time = 4s;
  host.profile.timeout = 2s;
  int acquires = 0;
  host.connection.before = [&](const protocol::FleetRequest& request) {
    if (request.operation != FleetOperation::acquire) return;
    ++acquires;
    std::this_thread::sleep_for(250ms);
    ++contents.revision;
    contents.put(contents.record, "another host's", true);
  };

  CHECK(host.get() == "fresh-token");
  CHECK(acquires == 3);
}

TEST_CASE_METHOD(TwoHosts, "a timeout that is too short for the fleet costs no token", "[fleet_call]") {
  host.time = 900ms;

  CHECK(host.get() == "fresh-token");
}

TEST_CASE_METHOD(TwoHosts, "a host without a connection to the service releases the fleet's lock",
                 "[fleet_call]") {
  host.disconnect();
  int waits = 0;
  host.connection.before = [&](const protocol::FleetRequest& request) {
    // The store may confirm what the host has written, before another host acquires the lock.
    if (request.operation == FleetOperation::wait && ++waits == 2) (void)other.get();
  };

  CHECK(host.get() == "fresh-token");
  CHECK(host.authorizer.calls == 1);
  CHECK(other.authorizer.calls == 1);
  CHECK(other.record().log.requests.size() == 1);  // of the other host
  CHECK_FALSE(other.record().log.failure);
}

TEST_CASE_METHOD(TwoHosts, "a host without a connection to the service leaves the refresh to the others",
                 "[fleet_call]") {
  for (FleetMachine* machine : {&host, &other}) {
    machine->keep("old", 10min);
    machine->profile.refresh_ahead = 30min;
  }
  host.disconnect();

  (void)host.source().get_refreshed();
  CHECK(host.authorizer.calls == 1);
  (void)other.source().get_refreshed();

  CHECK(other.authorizer.calls == 1);
  CHECK(other.kept() == "fresh-token");
}

TEST_CASE_METHOD(TwoHosts, "a host without a connection to the service fails like the one that takes over",
                 "[fleet_call]") {
  host.disconnect();
  other.authorizer.answer = tests::auth_error(ErrorKind::rejected);
  int waits = 0;
  host.connection.before = [&](const protocol::FleetRequest& request) {
    if (request.operation == FleetOperation::wait && ++waits == 2) (void)other.failure();
  };

  CHECK(host.failure().code == ExitCode::rejected);
  CHECK(host.authorizer.calls == 1);
}

TEST_CASE_METHOD(TwoHosts,
                 "a host without a connection to the service tries again if no other host takes over",
                 "[fleet_call]") {
  host.disconnect();

  CHECK(host.failure().code == ExitCode::unreachable);
  CHECK(host.authorizer.calls == 2);
  CHECK(host.record().log.requests.empty());
  CHECK_FALSE(contents.lock);
}

}  // namespace sase::token
