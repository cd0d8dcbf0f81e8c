// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"
#include "tests/support/deferred_key_machine.hpp"
#include "tests/support/in_child.hpp"

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using protocol::ErrorKind;
using tests::DeferredKeyMachine;

}  // namespace

TEST_CASE("runs the key command before a request, and not for a cached token", "[deferred_key]") {
  DeferredKeyMachine machine;

  CHECK(machine.get() == "fresh-token");
  CHECK(machine.runs() == 1);
  CHECK(machine.authorizer.api_key == tests::the_key);
  for (int calls = 0; calls < 3; ++calls)
    CHECK(machine.get() == "fresh-token");
  CHECK(machine.runs() == 1);
  CHECK(machine.authorizer.calls == 1);
}

TEST_CASE("binds a token to the profile, the URL and the command's text", "[deferred_key]") {
  DeferredKeyMachine machine;
  (void)machine.get();
  SECTION("the profile") { machine.profile.name = "other"; }
  SECTION("the URL") { machine.profile.authorize_url = "https://other.example.test/authorize"; }
  SECTION("the command") { machine.command += " "; }

  (void)machine.get();

  CHECK(machine.authorizer.calls == 2);
}

TEST_CASE("a lost wrapping key makes the cached token a miss", "[deferred_key]") {
  DeferredKeyMachine machine;
  (void)machine.get();
  machine.lose_wrapping_key();

  CHECK(machine.get() == "fresh-token");

  CHECK(machine.runs() == 2);
  CHECK(machine.get() == "fresh-token");
  CHECK(machine.runs() == 2);
}

TEST_CASE("erasing, or sharing a token, does not run the command", "[deferred_key]") {
  DeferredKeyMachine machine;
  (void)machine.get();

  machine.source().erase("another-token");
  machine.source().erase("fresh-token");

  CHECK(machine.runs() == 1);
  CHECK(machine.log().erased);
  (void)machine.get();
  CHECK(machine.authorizer.calls == 2);
}

TEST_CASE("many first calls run the command once and share one wrapping key", "[deferred_key]") {
  DeferredKeyMachine machine;
  machine.key = [] {
    std::this_thread::sleep_for(50ms);
    return std::string(tests::the_key);
  };
  std::vector<pid_t> calls;
  for (int i = 0; i < 8; ++i)
    calls.push_back(tests::start_child([&machine] { return machine.get() == "fresh-token" ? 0 : 1; }));

  for (const pid_t call : calls)
    CHECK(tests::wait_for_child(call) == 0);
  CHECK(machine.runs() == 1);
  (void)machine.get();
  CHECK(machine.runs() == 1);
}

TEST_CASE("shares a command's failure with waiting calls, and does not remember it", "[deferred_key]") {
  DeferredKeyMachine machine;
  machine.command_fails(ExitCode::invalid_settings);
  TokenProvider waiting = machine.source();

  const Failure failure = machine.failure();
  const Failure shared = tests::catch_failure([&] { (void)waiting.get(); });

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(std::string(failure.what()) == "the command failed");
  CHECK(shared.code == ExitCode::invalid_settings);
  CHECK(std::string(shared.what()) == "the command failed");
  CHECK(shared.hint == "fix it");
  CHECK(machine.runs() == 1);
  CHECK(machine.authorizer.calls == 0);
  CHECK(machine.log().requests.empty());

  machine.let_a_second_pass();
  machine.key = [] { return std::string(tests::the_key); };
  CHECK(machine.get() == "fresh-token");
}

TEST_CASE("does not run a command again for 2 seconds after a timeout", "[deferred_key]") {
  DeferredKeyMachine machine;
  machine.command_fails(ExitCode::unreachable);

  CHECK(machine.failure().code == ExitCode::unreachable);
  CHECK(machine.failure().code == ExitCode::unreachable);
  CHECK(machine.runs() == 1);

  machine.change_log([](rate_limit::RequestLog& log) { log.failure->at -= rate_limit::failure_shared; });
  CHECK(machine.failure().code == ExitCode::unreachable);
  CHECK(machine.runs() == 2);
}

TEST_CASE("runs the command after a rejection to find out whether the key has changed", "[deferred_key]") {
  DeferredKeyMachine machine;
  machine.authorizer.answer = tests::auth_error(ErrorKind::rejected);
  CHECK(machine.failure().code == ExitCode::rejected);
  CHECK(machine.runs() == 1);
  machine.let_a_second_pass();

  SECTION("the same key is not tried again") {
    const Failure failure = machine.failure();
    CHECK(failure.code == ExitCode::rejected);
    CHECK(tests::contains(failure.what(), "ago; the service is asked again in"));
    CHECK(machine.runs() == 2);
    CHECK(machine.authorizer.calls == 1);
  }
  SECTION("waiting calls share the check") {
    TokenProvider waiting = machine.source();
    TokenProvider another = machine.source();
    (void)tests::catch_failure([&] { (void)waiting.get(); });
    CHECK(tests::contains(tests::catch_failure([&] { (void)another.get(); }).what(), "asked again in"));
    CHECK(machine.runs() == 2);
    CHECK(machine.authorizer.calls == 1);
  }
  SECTION("another key is tried at once") {
    machine.key = [] { return std::string("another-key"); };
    machine.authorizer.answer = tests::FakeAuthorizer::Success{.token = "fresh-token", .lifetime = 1h};
    CHECK(machine.get() == "fresh-token");
    CHECK(machine.authorizer.api_key == "another-key");
    CHECK(machine.runs() == 2);
  }
  SECTION("a failing command keeps the rejection") {
    machine.command_fails(ExitCode::invalid_settings);
    CHECK(machine.failure().code == ExitCode::invalid_settings);
    machine.key = [] { return std::string(tests::the_key); };
    CHECK(machine.failure().code == ExitCode::rejected);
    CHECK(machine.authorizer.calls == 1);
  }
}

TEST_CASE("changing keys do not evade the rate limit", "[deferred_key]") {
  DeferredKeyMachine machine;
  machine.authorizer.answer = tests::auth_error(ErrorKind::rejected);
  int count = 0;
  machine.key = [&count] { return "key-" + std::to_string(++count); };

  for (unsigned i = 0; i < rate_limit::request_limit; ++i) {
    CHECK(machine.failure().code == ExitCode::rejected);
    machine.let_a_second_pass();
  }
  CHECK(machine.failure().code == ExitCode::unreachable);

  CHECK(machine.authorizer.calls == static_cast<int>(rate_limit::request_limit));
}

TEST_CASE("the request log does not reveal the key", "[deferred_key]") {
  DeferredKeyMachine machine;
  machine.authorizer.answer = tests::auth_error(ErrorKind::rejected);
  (void)machine.failure();
  const std::string log_file = tests::text_of_file(machine.log_file());
  const std::string fingerprint = machine.log().failure->rejected_key_fingerprint;

  CHECK(fingerprint.size() == 32);
  CHECK_FALSE(tests::contains(log_file, tests::the_key));
  CHECK_FALSE(tests::contains(log_file, machine.command));
  // The same key has another one on another machine, which has another seal.
  DeferredKeyMachine other;
  other.authorizer.answer = tests::auth_error(ErrorKind::rejected);
  (void)other.failure();
  CHECK(other.log().failure->rejected_key_fingerprint != fingerprint);
}

TEST_CASE("gives a token and does not cache it without a wrapping key", "[deferred_key]") {
  DeferredKeyMachine machine;
  machine.cache = nullptr;

  CHECK(machine.get() == "fresh-token");
  CHECK(machine.get() == "fresh-token");
  CHECK(machine.runs() == 2);
}

TEST_CASE("runs the key command in a background refresh", "[deferred_key]") {
  DeferredKeyMachine machine;
  machine.authorizer.answer = tests::FakeAuthorizer::Success{.token = "old-token", .lifetime = 10min};
  (void)machine.get();
  machine.change_log([](rate_limit::RequestLog& log) { log.success.reset(); });
  machine.authorizer.answer = tests::FakeAuthorizer::Success{.token = "new-token", .lifetime = 1h};
  const int code = tests::exit_code_in_child([&machine] {
    TokenProvider source = machine.source();
    const ProvidedToken provided = source.get();
    source.refresh_in_background(provided);
    return provided.token.bearer.reveal() == "old-token" ? 0 : 1;
  });

  CHECK(code == 0);
  CHECK(machine.is_idle());
  CHECK(machine.runs() == 2);
  CHECK(machine.get() == "new-token");
  CHECK(machine.runs() == 2);
}

}  // namespace sase::token
