// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/rules.hpp"
#include "helper/token/provider.hpp"
#include "tests/support/machine.hpp"

#include <chrono>
#include <string>

// A token that is asked for whatever is kept: how a key is tried.

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using tests::Machine;

}  // namespace

TEST_CASE("requests a new token although one is cached, and replaces it", "[token_provider]") {
  Machine machine;
  machine.keep("cached", 1000s);

  const ProvidedToken new_token = machine.source().get_new();

  CHECK(new_token.token.bearer.reveal() == "fresh-token");
  CHECK(machine.authorizer.calls == 1);
  CHECK(machine.kept() == "fresh-token");
}

TEST_CASE("reports a rejected key although a token is cached", "[token_provider]") {
  Machine machine;
  machine.keep("cached", 1000s);
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::rejected);

  const Failure failure = tests::catch_failure([&] { (void)machine.source().get_new(); });

  CHECK(failure.code == ExitCode::rejected);
  CHECK(machine.kept() == "cached");
}

TEST_CASE("limits the rate of calls for a new token", "[token_provider]") {
  Machine machine;
  for (unsigned i = 0; i < rate_limit::request_limit; ++i)
    (void)machine.source().get_new();

  const Failure failure = tests::catch_failure([&] { (void)machine.source().get_new(); });

  CHECK(failure.code == ExitCode::unreachable);
  CHECK(machine.authorizer.calls == rate_limit::request_limit);
}

TEST_CASE("a call for a new token waits for the lock until its deadline", "[token_provider]") {
  Machine machine;
  machine.time = 50ms;
  const rate_limit::RefreshLock other = machine.hold_lock();

  const Failure failure = tests::catch_failure([&] { (void)machine.source().get_new(); });

  CHECK(failure.code == ExitCode::unreachable);
  CHECK(machine.authorizer.calls == 0);
}

TEST_CASE("requests a new token without a state directory", "[token_provider]") {
  Machine machine;
  machine.cache = nullptr;
  machine.state_directory.reset();

  CHECK(machine.source().get_new().token.bearer.reveal() == "fresh-token");
}

}  // namespace sase::token
