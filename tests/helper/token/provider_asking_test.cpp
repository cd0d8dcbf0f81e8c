// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"
#include "tests/support/machine.hpp"

#include <chrono>
#include <string>
#include <thread>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using tests::Machine;

}  // namespace

TEST_CASE("the authorizer is told all that it needs", "[token_source]") {
  Machine machine;
  machine.profile.ca_file = "/ca.pem";
  machine.profile.client_cert = "/c.pem";
  machine.profile.client_key = "/k.pem";
  machine.profile.proxy = "http://proxy:1";
  machine.profile.no_proxy = "a.test";
  machine.time = 5s;

  (void)machine.get();

  CHECK(machine.authorizer.url == "https://api.example.test/api/v1/auth/authorize");
  CHECK(machine.authorizer.api_key == tests::the_key);
  CHECK(machine.authorizer.ca_file == "/ca.pem");
  CHECK(machine.authorizer.client_cert == "/c.pem");
  CHECK(machine.authorizer.client_key == "/k.pem");
  CHECK(machine.authorizer.proxy == "http://proxy:1");
  CHECK(machine.authorizer.no_proxy == "a.test");
  CHECK(machine.authorizer.timeout <= 5s);
  CHECK(machine.authorizer.timeout > 3s);
}

TEST_CASE("a call that has no time left still asks for some", "[token_source]") {
  Machine machine;
  machine.time = -1s;

  CHECK(machine.get() == "fresh-token");
  CHECK(machine.authorizer.timeout == 1ms);
}

TEST_CASE("a denial is said as it came, with the code of its kind", "[token_source]") {
  struct Row {
    const char* name;
    protocol::ErrorKind kind;
    ExitCode code;
  };
  const auto row = GENERATE(values<Row>({
      {"refused", protocol::ErrorKind::rejected, ExitCode::rejected},
      {"garbage", protocol::ErrorKind::invalid_response, ExitCode::rejected},
      {"unreachable", protocol::ErrorKind::unreachable, ExitCode::unreachable},
      {"rate-limited", protocol::ErrorKind::rate_limited, ExitCode::unreachable},
      {"misconfigured", protocol::ErrorKind::misconfigured, ExitCode::invalid_settings},
  }));

  DYNAMIC_SECTION(row.name) {
    Machine machine;
    machine.authorizer.answer = tests::auth_error(row.kind);

    const Failure failure = machine.failure();

    CHECK(failure.code == row.code);
    CHECK(std::string(failure.what()) == "what happened");
    CHECK(failure.hint == "what to do");
    CHECK(machine.kept() == "(none)");
  }
}

TEST_CASE("without an answer of any kind the authorizer's own failure is said", "[token_source]") {
  Machine machine;
  machine.authorizer.meanwhile = [] { throw Failure(ExitCode::local_state, "no authorizer"); };

  CHECK(machine.failure().code == ExitCode::local_state);
}

TEST_CASE("a new token that lives for less than min-ttl is refused", "[token_source]") {
  Machine machine;
  machine.profile.min_ttl = 2700s;
  machine.authorizer.answer = tests::FakeAuthorizer::Grant{.token = "short", .lifetime = 2699s};

  const Failure failure = machine.failure();

  CHECK(failure.code == ExitCode::rejected);
  CHECK(tests::contains(failure.what(), "2699s"));
  CHECK(tests::contains(failure.what(), "45m"));
}

TEST_CASE("a new token that lives for exactly min-ttl lives for less by now", "[token_source]") {
  Machine machine;
  machine.profile.min_ttl = 2700s;
  machine.authorizer.answer = tests::FakeAuthorizer::Grant{.token = "short", .lifetime = 2700s};

  const Failure failure = machine.failure();

  CHECK(failure.code == ExitCode::rejected);
  CHECK(tests::contains(failure.what(), "lives 45m, no more than min-ttl 45m"));
}

TEST_CASE("a new token that lives for a moment longer than min-ttl is given", "[token_source]") {
  Machine machine;
  machine.profile.min_ttl = 2700s;
  machine.authorizer.answer = tests::FakeAuthorizer::Grant{.token = "enough", .lifetime = 2703s};

  CHECK(machine.get() == "enough");
}

TEST_CASE("a new token that is dead already is refused, even without a min-ttl", "[token_source]") {
  Machine machine;
  machine.profile.min_ttl = 0s;
  machine.authorizer.answer = tests::FakeAuthorizer::Grant{.token = "dead", .lifetime = 0s};

  CHECK(machine.failure().code == ExitCode::rejected);
}

TEST_CASE("the time that asking took is no longer left of a new token", "[token_source]") {
  Machine machine;
  machine.authorizer.answer = tests::FakeAuthorizer::Grant{.token = "slow", .lifetime = 3600s};
  // Until the clock's next second, so that it shows: at most one.
  machine.authorizer.meanwhile = [] {
    const ClockReading before = ClockReading::now();
    while (ClockReading::now().boot == before.boot || ClockReading::now().wall == before.wall)
      std::this_thread::sleep_for(10ms);
  };

  CHECK(machine.source().get().time_left <= 3599s);
}

TEST_CASE("a new token that is too short-lived is kept for others, but not in the place of a better one",
          "[token_source]") {
  struct Row {
    const char* name;
    seconds before, lifetime;
    const char* kept;
  };
  const auto row = GENERATE(values<Row>({
      {"nothing was kept", 0s, 600s, "short"},
      {"what was kept is dead", -10s, 600s, "short"},
      {"what was kept lives for less", 300s, 600s, "short"},
      {"what was kept lives for longer", 1200s, 600s, "kept"},
  }));

  DYNAMIC_SECTION(row.name) {
    Machine machine;
    machine.profile.min_ttl = 2700s;
    if (row.before != 0s) machine.keep("kept", row.before);
    machine.authorizer.answer = tests::FakeAuthorizer::Grant{.token = "short", .lifetime = row.lifetime};

    CHECK(machine.failure().code == ExitCode::rejected);
    CHECK(machine.kept() == row.kept);

    machine.profile.min_ttl = 60s;
    CHECK(machine.get() == row.kept);
    CHECK(machine.authorizer.calls == 1);
  }
}

TEST_CASE("what is remembered of a new token is how long it lives for this call", "[token_source]") {
  Machine machine;
  machine.profile.min_ttl = 2700s;
  machine.authorizer.answer = tests::FakeAuthorizer::Grant{.token = "short", .lifetime = 2699s};
  (void)machine.failure();

  const auto grant = machine.log().grant;

  REQUIRE(grant);
  CHECK(grant->lifetime == 2699s);
  CHECK(grant->too_short);
  CHECK_FALSE(grant->ahead);
}

}  // namespace sase::token
