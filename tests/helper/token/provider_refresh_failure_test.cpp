// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"
#include "tests/support/due_for_refresh_machine.hpp"

#include <chrono>
#include <optional>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using tests::DueForRefreshMachine;
using tests::refresh_in_background;
using tests::success;

}  // namespace

TEST_CASE("a failed background refresh keeps the old token and prints nothing", "[token_provider]") {
  DueForRefreshMachine machine;
  const auto kind = GENERATE(protocol::ErrorKind::unreachable, protocol::ErrorKind::rejected,
                             protocol::ErrorKind::invalid_response, protocol::ErrorKind::misconfigured);
  machine.authorizer.answer = tests::auth_error(kind);

  for (int i = 0; i < 3; ++i)
    CHECK(machine.call() == "old");

  CHECK(machine.requested() == 1);
  CHECK(machine.kept() == "old");
  REQUIRE(machine.log().failure);
  CHECK(machine.log().failure->auth_error.what == "what happened");
  CHECK_FALSE(machine.log().success);
  CHECK(machine.log().requests.size() == 1);
  CHECK(machine.error.text().empty());
}

TEST_CASE("a refresh whose authorizer does not start counts no request", "[token_provider]") {
  DueForRefreshMachine machine;
  machine.authorizer.requests = 0;
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::authorizer_failed);

  CHECK(machine.call() == "old");

  CHECK(machine.requested() == 1);
  CHECK(machine.kept() == "old");
  CHECK(machine.log().requests.empty());
}

TEST_CASE("does not repeat a refresh whose token could not be stored", "[token_provider]") {
  DueForRefreshMachine machine;
  tests::FullCache cache(machine.file_cache);
  machine.cache = &cache;

  for (int i = 0; i < 5; ++i)
    CHECK(machine.call() == "old");

  CHECK(machine.requested() == 1);
  CHECK(machine.kept() == "old");
}

TEST_CASE("refreshes no token if the disk has no space", "[token_provider]") {
  DueForRefreshMachine machine;
  (void)machine.hold_lock();
  machine.root.make_directory("state/sase-credential/" + machine.key_id() + ".space.new");

  CHECK(machine.call() == "old");
  CHECK(machine.source().get_refreshed().token.bearer.reveal() == "old");

  CHECK(machine.requested() == 0);
}

TEST_CASE("starts no background process whose token could not be stored", "[token_provider]") {
  DueForRefreshMachine machine;
  machine.trace_to_stderr();
  (void)machine.hold_lock();
  machine.root.make_directory("state/sase-credential/" + machine.key_id() + ".space.new");

  CHECK(machine.call() == "old");

  CHECK_FALSE(tests::contains(machine.error.text(), "background process"));
}

TEST_CASE("a token with a lifetime below min-ttl does not replace a good one", "[token_provider]") {
  DueForRefreshMachine machine;
  machine.authorizer.answer = success("short", 59s);

  CHECK(machine.call() == "old");
  CHECK(machine.call() == "old");

  CHECK(machine.requested() == 1);
  CHECK(machine.kept() == "old");
  CHECK(machine.log().success->too_short);
}

TEST_CASE("a call reports no error of a background refresh", "[token_provider]") {
  DueForRefreshMachine machine;
  SECTION("no place for a lock") { machine.state_directory = std::nullopt; }
  SECTION("no lock") {
    machine.root.make_directory("state/other", 0755);
    machine.state_directory = machine.root.path("state/other");
  }
  SECTION("a directory in place of the lock") {
    machine.root.make_directory("state/sase-credential/" + machine.key_id() + ".lock");
  }

  TokenProvider caller = machine.source();
  const ProvidedToken provided = caller.get();
  CHECK(provided.token.bearer.reveal() == "old");
  refresh_in_background(caller, provided);

  CHECK(machine.requested() == 0);
  CHECK(machine.error.text().empty());
}

}  // namespace sase::token
