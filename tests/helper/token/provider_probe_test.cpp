// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"
#include "tests/support/machine.hpp"

#include <chrono>
#include <string>

namespace sase::token {

using namespace std::chrono_literals;
using tests::Machine;

TEST_CASE("a probe requests a token whatever is cached, and caches it", "[token_provider][probe]") {
  Machine machine;
  machine.keep("old-token", 50min);

  const ProbeReport report = machine.source().probe("https://read.test");

  CHECK(machine.authorizer.calls == 1);
  CHECK(machine.kept() == "fresh-token");
  CHECK_FALSE(report.unusable);
}

TEST_CASE("a probe waits for the lock until the deadline", "[token_provider][probe]") {
  Machine machine;
  machine.time = 50ms;
  const rate_limit::RefreshLock refresh_lock = machine.hold_lock();

  const Failure failure = tests::catch_failure([&] { (void)machine.source().probe("https://read.test"); });

  CHECK(failure.code == ExitCode::unreachable);
  CHECK(machine.authorizer.calls == 0);
}

TEST_CASE("a probe reports a token with too short a lifetime beside its checks", "[token_provider][probe]") {
  Machine machine;
  machine.profile.min_ttl = 10min;
  machine.authorizer.answer = tests::FakeAuthorizer::Success{.token = "short-token", .lifetime = 5min};

  const ProbeReport report = machine.source().probe("https://read.test");

  REQUIRE(report.unusable);
  CHECK(report.unusable->code == ExitCode::rejected);
}

TEST_CASE("a failed request leaves the cache unchanged", "[token_provider][probe]") {
  Machine machine;
  machine.keep("old-token", 50min);
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::unreachable);

  const ProbeReport report = machine.source().probe("https://read.test");

  CHECK(report.auth_error);
  CHECK(machine.kept() == "old-token");
}

}  // namespace sase::token
