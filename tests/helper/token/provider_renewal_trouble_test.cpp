// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"
#include "tests/support/ageing_machine.hpp"

#include <chrono>
#include <optional>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using tests::DueForRefreshMachine;
using tests::grant;
using tests::refresh_in_background;

}  // namespace

TEST_CASE("a renewal that fails leaves the old token and says nothing", "[token_source]") {
  DueForRefreshMachine machine;
  const auto kind = GENERATE(protocol::ErrorKind::unreachable, protocol::ErrorKind::rejected,
                             protocol::ErrorKind::invalid_response, protocol::ErrorKind::misconfigured);
  machine.authorizer.answer = tests::auth_error(kind);

  for (int i = 0; i < 3; ++i)
    CHECK(machine.call() == "old");

  CHECK(machine.asked() == 1);
  CHECK(machine.kept() == "old");
  REQUIRE(machine.log().failure);
  CHECK(machine.log().failure->auth_error.what == "what happened");
  CHECK_FALSE(machine.log().grant);
  CHECK(machine.log().requests.size() == 1);
  CHECK(machine.error.text().empty());
}

TEST_CASE("a renewal that cannot even begin leaves the old token and counts for nothing", "[token_source]") {
  DueForRefreshMachine machine;
  machine.authorizer.meanwhile = [&machine] {
    machine.note("asked");
    throw AuthorizerNotStarted(ExitCode::local_state, "no authorizer");
  };

  CHECK(machine.call() == "old");

  CHECK(machine.asked() == 1);
  CHECK(machine.kept() == "old");
  CHECK(machine.log().requests.empty());
}

TEST_CASE("a token that lives for less than min-ttl does not take the place of a good one",
          "[token_source]") {
  DueForRefreshMachine machine;
  machine.authorizer.answer = grant("short", 59s);

  CHECK(machine.call() == "old");
  CHECK(machine.call() == "old");

  CHECK(machine.asked() == 1);
  CHECK(machine.kept() == "old");
  CHECK(machine.log().grant->too_short);
}

TEST_CASE("trouble with a renewal is not the caller's", "[token_source]") {
  DueForRefreshMachine machine;
  SECTION("no place for a lock") {
    machine.state_directory = std::nullopt;
  }
  SECTION("no lock") {
    machine.root.make_directory("state/other", 0755);
    machine.state_directory = machine.root.path("state/other");
  }
  SECTION("no ledger") {
    machine.root.make_directory("state/sase-credential/" + machine.key_id() + ".ledger");
  }

  TokenProvider caller = machine.source();
  CHECK(caller.get().token.reveal() == "old");
  refresh_in_background(caller);

  CHECK(machine.all_is_quiet());
  CHECK(machine.asked() == 0);
  CHECK(machine.error.text().empty());
}

}  // namespace sase::token
