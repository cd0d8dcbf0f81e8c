// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"
#include "tests/support/ageing_machine.hpp"

#include <chrono>
#include <optional>

namespace sase::helper {

namespace {

using namespace std::chrono_literals;
using tests::AgeingMachine;
using tests::grant;
using tests::renew_ahead;

}  // namespace

TEST_CASE("a renewal that fails leaves the old token and says nothing", "[token_source]") {
  AgeingMachine machine;
  const auto denial = GENERATE(protocol::Denial::unreachable, protocol::Denial::refused,
                               protocol::Denial::nonsense, protocol::Denial::misconfigured);
  machine.authorizer.answer = tests::denied(denial);

  for (int i = 0; i < 3; ++i)
    CHECK(machine.call() == "old");

  CHECK(machine.asked() == 1);
  CHECK(machine.kept() == "old");
  REQUIRE(machine.history().failure);
  CHECK(machine.history().failure->denied.what == "what happened");
  CHECK_FALSE(machine.history().grant);
  CHECK(machine.history().requests.size() == 1);
  CHECK(machine.error.text().empty());
}

TEST_CASE("a renewal that cannot even begin leaves the old token and counts for nothing", "[token_source]") {
  AgeingMachine machine;
  machine.authorizer.meanwhile = [&machine] {
    machine.note("asked");
    throw AuthorizerNotStarted(ExitCode::local_state, "no authorizer");
  };

  CHECK(machine.call() == "old");

  CHECK(machine.asked() == 1);
  CHECK(machine.kept() == "old");
  CHECK(machine.history().requests.empty());
}

TEST_CASE("a token that lives for less than min-ttl does not take the place of a good one",
          "[token_source]") {
  AgeingMachine machine;
  machine.authorizer.answer = grant("short", 59s);

  CHECK(machine.call() == "old");
  CHECK(machine.call() == "old");

  CHECK(machine.asked() == 1);
  CHECK(machine.kept() == "old");
  CHECK(machine.history().grant->too_short);
}

TEST_CASE("trouble with a renewal is not the caller's", "[token_source]") {
  AgeingMachine machine;
  SECTION("no place for a lock") {
    machine.state_folder = std::nullopt;
  }
  SECTION("no lock") {
    machine.root.make_folder("state/other", 0755);
    machine.state_folder = machine.root.path("state/other");
  }
  SECTION("no ledger") {
    machine.root.make_folder("state/sase-credential/" + machine.account() + ".ledger");
  }

  TokenSource caller = machine.source();
  CHECK(caller.get().token.reveal() == "old");
  renew_ahead(caller);

  CHECK(machine.all_is_quiet());
  CHECK(machine.asked() == 0);
  CHECK(machine.error.text().empty());
}

}  // namespace sase::helper
