// SPDX-License-Identifier: Apache-2.0
#include "helper/token/rate_limited_authorizer.hpp"
#include "tests/support/caller.hpp"

#include <chrono>
#include <string>

namespace sase::helper {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using tests::Caller;

}  // namespace

TEST_CASE("a probe sends one request and is taken down like any other", "[sparing_authorizer][probe]") {
  Caller caller;
  caller.authorizer.links = {{.name = protocol::LinkName::tcp,
                              .state = protocol::LinkState::ok,
                              .denial = {},
                              .took = 1us,
                              .what = "answers",
                              .remedy = {}}};
  caller.authorizer.status = 200;

  const ServiceProbe probe =
      caller.service().probe(&caller.turn, steady_clock::now() + 10s, "https://read.test/v3/status");

  CHECK(caller.authorizer.tries == 1);
  CHECK(caller.authorizer.probe == protocol::Probe::all);
  CHECK(caller.authorizer.read_url == "https://read.test/v3/status");
  CHECK(caller.authorizer.api_key == tests::the_key);
  REQUIRE(probe.fresh);
  CHECK(probe.fresh->granted.token.reveal() == "fresh-token");
  CHECK_FALSE(probe.denied);
  CHECK(probe.links.size() == 1);
  CHECK(probe.status == 200U);
  CHECK(caller.history().requests.size() == 1);
  CHECK(caller.history().grant);
}

TEST_CASE("a probe that is refused is remembered", "[sparing_authorizer][probe]") {
  Caller caller;
  caller.authorizer.answer = tests::denied(protocol::Denial::refused);

  const ServiceProbe probe =
      caller.service().probe(&caller.turn, steady_clock::now() + 10s, "https://read.test");

  REQUIRE(probe.denied);
  CHECK(probe.denied->denial == protocol::Denial::refused);
  CHECK_FALSE(probe.fresh);
  CHECK_FALSE(probe.spared);
  CHECK(caller.history().failure);
}

TEST_CASE("where the service is to be spared a probe goes the way alone, without the key",
          "[sparing_authorizer][probe]") {
  Caller caller;
  caller.change_history([](History& history) { history.requests.assign(5, boot_clock()); });
  const std::string before = tests::text_of_file(caller.ledger());
  caller.authorizer.answer = tests::denied(protocol::Denial::not_asked);

  const ServiceProbe probe =
      caller.service().probe(&caller.turn, steady_clock::now() + 10s, "https://read.test");

  CHECK(caller.authorizer.probe == protocol::Probe::way);
  CHECK(caller.authorizer.api_key.empty());
  CHECK(caller.authorizer.read_url.empty());
  REQUIRE(probe.spared);
  CHECK(probe.spared->denial == protocol::Denial::rate_limited);
  CHECK(tests::text_of_file(caller.ledger()) == before);
}

}  // namespace sase::helper
