// SPDX-License-Identifier: Apache-2.0
#include "helper/token/rate_limited_authorizer.hpp"
#include "tests/support/caller.hpp"

#include <chrono>
#include <string>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using tests::Caller;

}  // namespace

TEST_CASE("a probe sends one request and records it", "[rate_limited_authorizer][probe]") {
  Caller caller;
  caller.authorizer.checks = {{.name = protocol::CheckId::tcp,
                               .state = protocol::CheckState::ok,
                               .kind = {},
                               .took = 1us,
                               .what = "answers",
                               .remedy = {}}};
  caller.authorizer.status = 200;

  const ProbeReport probe = caller.rate_limited().probe("https://read.test/v3/status");

  CHECK(caller.authorizer.tries == 1);
  CHECK(caller.authorizer.probe == protocol::Probe::all);
  CHECK(caller.authorizer.read_url == "https://read.test/v3/status");
  CHECK(caller.authorizer.api_key == tests::the_key);
  REQUIRE(probe.new_token);
  CHECK(probe.new_token->token.bearer.reveal() == "fresh-token");
  CHECK_FALSE(probe.auth_error);
  CHECK(probe.checks.size() == 1);
  CHECK(probe.status == 200U);
  CHECK(caller.log().requests.size() == 1);
  CHECK(caller.log().success);
}

TEST_CASE("records a rejected probe", "[rate_limited_authorizer][probe]") {
  Caller caller;
  caller.authorizer.answer = tests::auth_error(protocol::ErrorKind::rejected);

  const ProbeReport probe = caller.rate_limited().probe("https://read.test");

  REQUIRE(probe.auth_error);
  CHECK(probe.auth_error->kind == protocol::ErrorKind::rejected);
  CHECK_FALSE(probe.new_token);
  CHECK_FALSE(probe.blocked);
  CHECK(caller.log().failure);
}

TEST_CASE("a blocked probe checks only the connection, without the key", "[rate_limited_authorizer][probe]") {
  Caller caller;
  caller.change_log([](rate_limit::RequestLog& log) { log.requests.assign(5, BootClock::now()); });
  const std::string before = tests::text_of_file(caller.log_file());
  caller.authorizer.answer = tests::auth_error(protocol::ErrorKind::not_asked);

  const ProbeReport probe = caller.rate_limited().probe("https://read.test");

  CHECK(caller.authorizer.probe == protocol::Probe::connection);
  CHECK(caller.authorizer.api_key.empty());
  CHECK(caller.authorizer.read_url.empty());
  REQUIRE(probe.blocked);
  CHECK(probe.blocked->kind == protocol::ErrorKind::rate_limited);
  CHECK(tests::text_of_file(caller.log_file()) == before);
}

}  // namespace sase::token
