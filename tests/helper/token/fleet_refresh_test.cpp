// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tests/support/due_for_refresh_machine.hpp"
#include "tests/support/fleet_machine.hpp"

#include <chrono>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using tests::TwoHosts;

}  // namespace

TEST_CASE_METHOD(TwoHosts, "watch refreshes the fleet's token as soon as it is due", "[fleet_refresh]") {
  host.profile.refresh_ahead = 30min;
  host.keep("old", 30min - 10s);  // most hosts of a fleet would refresh it minutes later

  CHECK(host.source().get_refreshed().token.bearer.reveal() == "fresh-token");
}

TEST_CASE_METHOD(TwoHosts, "watch refreshes another host's token that is due already", "[fleet_refresh]") {
  other.answer("old", 10min);
  (void)other.get();
  host.profile.refresh_ahead = 30min;
  SECTION("with a cache") {}
  SECTION("without a cache") { host.cache = nullptr; }

  const ProvidedToken provided = host.source().get_refreshed();
  CHECK(provided.token.bearer.reveal() == "fresh-token");
  CHECK_FALSE(provided.is_due_for_refresh());
  CHECK(host.shared_token() == "fresh-token");
}

TEST_CASE_METHOD(TwoHosts, "watch has the old token if there is no cache and the refresh fails",
                 "[fleet_refresh]") {
  other.answer("old", 10min);
  (void)other.get();
  host.profile.refresh_ahead = 30min;
  host.cache = nullptr;
  host.disconnect();

  const ProvidedToken provided = host.source().get_refreshed();
  CHECK(provided.token.bearer.reveal() == "old");
  CHECK(provided.is_due_for_refresh());
}

TEST_CASE_METHOD(TwoHosts, "watch loses no token that cannot be cached if the refresh fails",
                 "[fleet_refresh]") {
  other.answer("old", 10min);
  (void)other.get();
  host.profile.refresh_ahead = 30min;
  host.authorizer.answer = tests::auth_error(protocol::ErrorKind::unreachable);
  tests::FullCache cache(host.file_cache);
  host.cache = &cache;

  CHECK(host.source().get_refreshed().token.bearer.reveal() == "old");
}

TEST_CASE_METHOD(TwoHosts, "watch gives no token below min-ttl after a long refresh", "[fleet_refresh]") {
  other.answer("old", 10min);
  (void)other.get();
  host.profile.refresh_ahead = 30min;
  host.profile.min_ttl = 9min;
  host.cache = nullptr;
  host.disconnect();
  host.connection.before = [this](const protocol::FleetRequest& request) {
    if (request.operation == protocol::FleetOperation::acquire)
      host.profile.min_ttl = 11min;  // two minutes pass
  };

  CHECK(tests::catch_failure([this] { (void)host.source().get_refreshed(); }).code == ExitCode::unreachable);
}

TEST_CASE_METHOD(TwoHosts, "a call without a cache starts no process that would hold the lock",
                 "[fleet_refresh]") {
  other.answer("old", 10min);
  (void)other.get();
  host.cache = nullptr;
  host.profile.refresh_ahead = 30min;

  TokenProvider provider = host.source();
  const ProvidedToken provided = provider.get();
  CHECK(provided.token.bearer.reveal() == "old");
  host.connection.before = [this](const protocol::FleetRequest&) { host.note("asked"); };
  tests::refresh_in_background(provider, provided);
  REQUIRE(host.is_idle());
  CHECK(host.noted("asked") == 0);
}

TEST_CASE_METHOD(TwoHosts, "a new token is not due, however short it lives", "[fleet_refresh]") {
  host.profile.refresh_ahead = 30min;
  host.answer("short", 10min);
  host.cache = nullptr;

  CHECK_FALSE(host.source().get_refreshed().is_due_for_refresh());
  CHECK(host.authorizer.calls == 1);
}

}  // namespace sase::token
