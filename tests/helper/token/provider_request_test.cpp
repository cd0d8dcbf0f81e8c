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

TEST_CASE("passes the profile's settings to the authorizer", "[token_provider]") {
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

TEST_CASE("sends no request without time for it", "[token_provider]") {
  Machine machine;
  machine.time = -1s;

  CHECK(machine.failure().code == ExitCode::unreachable);
  CHECK(machine.authorizer.calls == 0);
}

TEST_CASE("reports the error of the authorizer with the exit code of its kind", "[token_provider]") {
  struct Row {
    const char* name;
    protocol::ErrorKind kind;
    ExitCode code;
  };
  const auto row = GENERATE(values<Row>({
      {"rejected", protocol::ErrorKind::rejected, ExitCode::rejected},
      {"garbage", protocol::ErrorKind::invalid_response, ExitCode::rejected},
      {"unreachable", protocol::ErrorKind::unreachable, ExitCode::unreachable},
      {"rate-limited", protocol::ErrorKind::rate_limited, ExitCode::unreachable},
      {"misconfigured", protocol::ErrorKind::misconfigured, ExitCode::invalid_settings},
      {"authorizer failed", protocol::ErrorKind::authorizer_failed, ExitCode::local_state},
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

TEST_CASE("rejects a new token with a lifetime below min-ttl", "[token_provider]") {
  Machine machine;
  machine.profile.min_ttl = 2700s;
  machine.authorizer.answer = tests::FakeAuthorizer::Success{.token = "short", .lifetime = 2699s};

  const Failure failure = machine.failure();

  CHECK(failure.code == ExitCode::rejected);
  CHECK(tests::contains(failure.what(), "2699s"));
  CHECK(tests::contains(failure.what(), "45m"));
}

TEST_CASE("rejects a new token with a lifetime of exactly min-ttl", "[token_provider]") {
  Machine machine;
  machine.profile.min_ttl = 2700s;
  machine.authorizer.answer = tests::FakeAuthorizer::Success{.token = "short", .lifetime = 2700s};

  const Failure failure = machine.failure();

  CHECK(failure.code == ExitCode::rejected);
  CHECK(tests::contains(failure.what(), "lives 45m, no more than min-ttl 45m"));
}

TEST_CASE("gives a new token with a lifetime just above min-ttl", "[token_provider]") {
  Machine machine;
  machine.profile.min_ttl = 2700s;
  machine.authorizer.answer = tests::FakeAuthorizer::Success{.token = "enough", .lifetime = 2703s};

  CHECK(machine.get() == "enough");
}

TEST_CASE("rejects a new token that has expired, even without a min-ttl", "[token_provider]") {
  Machine machine;
  machine.profile.min_ttl = 0s;
  machine.authorizer.answer = tests::FakeAuthorizer::Success{.token = "dead", .lifetime = 0s};

  CHECK(machine.failure().code == ExitCode::rejected);
}

TEST_CASE("subtracts the duration of the request from a new token's lifetime", "[token_provider]") {
  Machine machine;
  machine.authorizer.answer = tests::FakeAuthorizer::Success{.token = "slow", .lifetime = 3600s};
  // Until the clock's next second, so that it shows: at most one.
  machine.authorizer.meanwhile = [] {
    const ClockReading before = ClockReading::now();
    while (ClockReading::now().boot == before.boot || ClockReading::now().wall == before.wall)
      std::this_thread::sleep_for(10ms);
  };

  CHECK(tests::time_left(machine.source().get().token) <= 3599s);
}

TEST_CASE("caches a token with too short a lifetime unless it replaces a longer one", "[token_provider]") {
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
    machine.authorizer.answer = tests::FakeAuthorizer::Success{.token = "short", .lifetime = row.lifetime};

    CHECK(machine.failure().code == ExitCode::rejected);
    CHECK(machine.kept() == row.kept);

    machine.profile.min_ttl = 60s;
    CHECK(machine.get() == row.kept);
    CHECK(machine.authorizer.calls == 1);
  }
}

TEST_CASE("records whether the lifetime was too short for the call", "[token_provider]") {
  Machine machine;
  machine.profile.min_ttl = 2700s;
  machine.authorizer.answer = tests::FakeAuthorizer::Success{.token = "short", .lifetime = 2699s};
  (void)machine.failure();

  const auto success = machine.log().success;

  REQUIRE(success);
  CHECK(success->lifetime == 2699s);
  CHECK(success->too_short);
  CHECK_FALSE(success->was_refresh);
}

}  // namespace sase::token
