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

TEST_CASE_METHOD(TwoHosts, "a call without a cache refreshes the fleet's token that is due",
                 "[fleet_refresh]") {
  other.answer("old", 10min);
  (void)other.get();
  host.cache = nullptr;
  host.profile.refresh_ahead = 5min;
  CHECK_FALSE(host.source().get().is_due_for_refresh());
  host.profile.refresh_ahead = 30min;

  TokenProvider provider = host.source();
  const ProvidedToken provided = provider.get();
  CHECK(provided.token.bearer.reveal() == "old");
  REQUIRE(provided.is_due_for_refresh());
  host.authorizer.meanwhile = [this] { host.note("requested"); };
  tests::refresh_in_background(provider, provided);
  REQUIRE(host.is_idle());
  CHECK(host.noted("requested") == 1);
}

TEST_CASE_METHOD(TwoHosts, "a new token is not due, however short it lives", "[fleet_refresh]") {
  host.profile.refresh_ahead = 30min;
  host.answer("short", 10min);
  host.cache = nullptr;

  CHECK_FALSE(host.source().get_refreshed().is_due_for_refresh());
  CHECK(host.authorizer.calls == 1);
}

}  // namespace sase::token
