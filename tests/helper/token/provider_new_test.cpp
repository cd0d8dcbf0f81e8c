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

TEST_CASE("a new token is asked for although one is kept, and takes its place", "[token_source]") {
  Machine machine;
  machine.keep("cached", 1000s);

  const FreshToken fresh = machine.source().get_new();

  CHECK(fresh.token.reveal() == "fresh-token");
  CHECK(machine.authorizer.calls == 1);
  CHECK(machine.kept() == "fresh-token");
}

TEST_CASE("a key that is refused gives no new token although one is kept", "[token_source]") {
  Machine machine;
  machine.keep("cached", 1000s);
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::rejected);

  const Failure failure = tests::failure_of([&] { (void)machine.source().get_new(); });

  CHECK(failure.code == ExitCode::rejected);
  CHECK(machine.kept() == "cached");
}

TEST_CASE("the service is spared by calls for a new token too", "[token_source]") {
  Machine machine;
  for (unsigned i = 0; i < rate_limit::request_limit; ++i)
    (void)machine.source().get_new();

  const Failure failure = tests::failure_of([&] { (void)machine.source().get_new(); });

  CHECK(failure.code == ExitCode::unreachable);
  CHECK(machine.authorizer.calls == rate_limit::request_limit);
}

TEST_CASE("a call for a new token waits for its turn, and no longer than its time", "[token_source]") {
  Machine machine;
  machine.time = 50ms;
  const rate_limit::RefreshLock other = machine.hold_turn();

  const Failure failure = tests::failure_of([&] { (void)machine.source().get_new(); });

  CHECK(failure.code == ExitCode::unreachable);
  CHECK(machine.authorizer.calls == 0);
}

TEST_CASE("without a place for files a new token comes all the same", "[token_source]") {
  Machine machine;
  machine.cache = nullptr;
  machine.state_directory.reset();

  CHECK(machine.source().get_new().token.reveal() == "fresh-token");
}

}  // namespace sase::token
