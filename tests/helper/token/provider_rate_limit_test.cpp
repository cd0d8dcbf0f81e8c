// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"
#include "tests/support/call_context.hpp"
#include "tests/support/machine.hpp"

#include <chrono>
#include <string>
#include <thread>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using tests::Machine;

/// A call that starts after it shares no earlier failure.
void let_a_moment_pass() { std::this_thread::sleep_for(2ms); }

}  // namespace

TEST_CASE("remembers a rejected key for all profiles that use it", "[token_provider]") {
  Machine machine;
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::rejected);
  (void)machine.failure();
  let_a_moment_pass();
  SECTION("the same call again") {}
  SECTION("another profile") { machine.profile.name = "work"; }
  SECTION("without a cache") { machine.cache = nullptr; }
  SECTION("with other network settings") { machine.profile.proxy = "http://proxy:1"; }

  const Failure again = machine.failure();

  CHECK(machine.authorizer.calls == 1);
  CHECK(again.code == ExitCode::rejected);
  CHECK(tests::contains(again.what(), "what happened, "));
  CHECK(tests::contains(again.what(), "s ago; the service is asked again in 5m"));
  CHECK(again.hint == "what to do");
}

TEST_CASE("does not block another key or service after a rejection", "[token_provider]") {
  Machine machine;
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::rejected);
  (void)machine.failure();
  machine.authorizer.answer = tests::FakeAuthorizer::Success{.token = "T", .lifetime = 3600s};

  SECTION("another key") { CHECK(machine.source("another-key").get().token.bearer.reveal() == "T"); }
  SECTION("another service") {
    machine.profile.authorize_url = "https://other.test/api/v1/auth/authorize";
    CHECK(machine.get() == "T");
  }
}

TEST_CASE("forgets a rejection after 5 minutes", "[token_provider]") {
  Machine machine;
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::rejected);
  (void)machine.failure();
  machine.change_log([](rate_limit::RequestLog& log) { log.failure.reset(); });
  machine.authorizer.answer = tests::FakeAuthorizer::Success{.token = "T", .lifetime = 3600s};

  CHECK(machine.get() == "T");
}

TEST_CASE("shares a connection failure only with the same network settings", "[token_provider]") {
  struct Row {
    const char* name;
    void (*change)(config::Profile&);
    int calls;
  };
  const auto row = GENERATE(values<Row>({
      {"the same network settings", [](config::Profile&) {}, 1},
      {"another min-ttl", [](config::Profile& profile) { profile.min_ttl = 10s; }, 1},
      {"another profile", [](config::Profile& profile) { profile.name = "work"; }, 2},
      {"other roots", [](config::Profile& profile) { profile.ca_file = "/ca.pem"; }, 2},
      {"another certificate", [](config::Profile& profile) { profile.client_cert = "/c.pem"; }, 2},
      {"another certificate's key", [](config::Profile& profile) { profile.client_key = "/k.pem"; }, 2},
      {"a proxy", [](config::Profile& profile) { profile.proxy = "http://proxy:1"; }, 2},
      {"other exceptions from the proxy", [](config::Profile& profile) { profile.no_proxy = "a.test"; }, 2},
      {"more time", [](config::Profile& profile) { profile.timeout = 30s; }, 1},
  }));

  DYNAMIC_SECTION(row.name) {
    Machine machine;
    machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::unreachable);
    (void)machine.failure();
    row.change(machine.profile);

    (void)machine.failure();

    CHECK(machine.authorizer.calls == row.calls);
  }
}

TEST_CASE("the request log reveals no network setting", "[token_provider]") {
  Machine machine;
  machine.profile.proxy = "http://user:hunter2@proxy:1";
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::unreachable);
  (void)machine.failure();

  const std::string log_file = tests::text_of_file(machine.log_file());

  CHECK(tests::contains(log_file, "network="));
  CHECK_FALSE(tests::contains(log_file, "hunter2"));
  CHECK_FALSE(tests::contains(log_file, "proxy:1"));
}

TEST_CASE("applies Retry-After to all calls", "[token_provider]") {
  Machine machine;
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::rate_limited, 30s);
  (void)machine.failure();
  let_a_moment_pass();
  machine.profile.proxy = "http://proxy:1";

  const Failure again = machine.failure();

  CHECK(machine.authorizer.calls == 1);
  CHECK(again.code == ExitCode::unreachable);
  CHECK(tests::promised_wait(again.hint) <= 30s);
  CHECK(tests::promised_wait(again.hint) > 20s);
}

TEST_CASE("tries again at once after a misconfiguration", "[token_provider]") {
  Machine machine;
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::misconfigured);
  (void)machine.failure();
  let_a_moment_pass();

  (void)machine.failure();

  CHECK(machine.authorizer.calls == 2);
}

TEST_CASE("without a cache every call sends a request up to the rate limit", "[token_provider]") {
  Machine machine;
  machine.cache = nullptr;

  for (int i = 1; i <= 5; ++i)
    CHECK(machine.get() == "fresh-token");
  const Failure failure = machine.failure();

  CHECK(machine.authorizer.calls == 5);
  CHECK(machine.kept() == "(none)");
  CHECK(failure.code == ExitCode::unreachable);
  CHECK(std::string(failure.what()) ==
        "5 requests for this API key went to the service within a minute, the most that are allowed");
  CHECK(tests::promised_wait(failure.hint) <= 60s);
  CHECK(tests::promised_wait(failure.hint) > 50s);
  CHECK(machine.source("another-key").get().token.bearer.reveal() == "fresh-token");

  machine.change_log([](rate_limit::RequestLog& log) { log.requests.erase(log.requests.begin()); });
  CHECK(machine.get() == "fresh-token");
  CHECK(machine.failure().code == ExitCode::unreachable);
}

TEST_CASE("waits for the lock without a cache as well", "[token_provider]") {
  Machine machine;
  machine.cache = nullptr;
  const rate_limit::RefreshLock current = machine.hold_lock();
  machine.time = 50ms;

  CHECK(machine.failure().code == ExitCode::unreachable);
  CHECK(machine.authorizer.calls == 0);
}

TEST_CASE("counts retries towards the rate limit", "[token_provider]") {
  Machine machine;
  machine.authorizer.requests = 3;
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::unreachable);
  const auto forget_failure = [](rate_limit::RequestLog& log) { log.failure.reset(); };

  (void)machine.failure();
  CHECK(machine.authorizer.tries == 3);
  machine.change_log(forget_failure);
  (void)machine.failure();
  CHECK(machine.authorizer.tries == 2);
  machine.change_log(forget_failure);

  CHECK(tests::contains(machine.failure().what(), "within a minute"));
  CHECK(machine.authorizer.calls == 2);
}

TEST_CASE("requests a token with too short a lifetime once", "[token_provider]") {
  Machine machine;
  machine.profile.min_ttl = 2700s;
  machine.authorizer.answer = tests::FakeAuthorizer::Success{.token = "short", .lifetime = 600s};
  const Failure first = machine.failure();

  const Failure second = machine.failure();

  CHECK(machine.authorizer.calls == 1);
  CHECK(second.code == ExitCode::rejected);
  CHECK(std::string(second.what()) == first.what());
  CHECK(second.hint == "lower 'min-ttl'");
}

TEST_CASE("remembers nothing without a state directory", "[token_provider]") {
  Machine machine;
  machine.cache = nullptr;
  machine.state_directory = std::nullopt;
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::rejected);

  for (int i = 0; i < 7; ++i)
    (void)machine.failure();

  CHECK(machine.authorizer.calls == 7);
  CHECK(machine.error.text().empty());
}

}  // namespace sase::token
