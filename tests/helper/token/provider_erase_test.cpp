// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"
#include "tests/support/call_context.hpp"
#include "tests/support/machine.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using tests::Machine;

}  // namespace

TEST_CASE("erase removes the cached token only if the request has that token", "[token_provider]") {
  struct Row {
    const char* name;
    std::string token, kept;
  };
  const auto row = GENERATE(values<Row>({
      {"this one", "cached", "(none)"},
      {"another one", "cacheX", "cached"},
      {"a part of it", "cache", "cached"},
      {"more than it", "cachedd", "cached"},
      {"none", "", "cached"},
  }));

  DYNAMIC_SECTION(row.name) {
    Machine machine;
    machine.keep("cached", 3600s);

    machine.erase(row.token);

    CHECK(machine.kept() == row.kept);
    CHECK(machine.authorizer.calls == 0);
    CHECK(machine.error.text().empty());
  }
}

TEST_CASE("requests a new token after an erase", "[token_provider]") {
  Machine machine;
  machine.keep("cached", 3600s);
  machine.erase("cached");

  CHECK(machine.get() == "fresh-token");
}

TEST_CASE("erases an expired token", "[token_provider]") {
  Machine machine;
  machine.keep("cached", -10s);
  machine.erase("cached");

  CHECK(machine.kept() == "(none)");
}

TEST_CASE("erases the token of its own profile only", "[token_provider]") {
  Machine machine;
  machine.keep("cached", 3600s);
  machine.profile.name = "work";
  machine.keep("cached", 3600s);

  machine.erase("cached");

  CHECK(machine.kept() == "(none)");
  machine.profile.name = "default";
  CHECK(machine.kept() == "cached");
}

TEST_CASE("an erase without a cached token does nothing", "[token_provider]") {
  Machine machine;

  CHECK_NOTHROW(machine.erase("cached"));
  CHECK(machine.error.text().empty());
  machine.cache = nullptr;
  CHECK_NOTHROW(machine.erase("cached"));
}

TEST_CASE("an erase prints one warning about an unusable cache", "[token_provider]") {
  Machine machine;
  machine.root.make_directory("state/sase-credential", 0755);

  CHECK_NOTHROW(machine.erase("cached"));
  CHECK(tests::count_lines(machine.error.text()) == 1);
}

TEST_CASE("records an erase of the cached token only", "[token_provider]") {
  Machine machine;
  machine.keep("cached", 3600s);

  machine.erase("another");
  CHECK_FALSE(machine.log().erased);
  machine.erase("cached");
  CHECK(machine.log().erased);
  (void)machine.get();
  CHECK_FALSE(machine.log().erased);
  CHECK(machine.log().success->after_erase);
}

TEST_CASE("pauses longer after each new token that is erased soon", "[token_provider]") {
  Machine machine;
  (void)machine.get();
  machine.erase("fresh-token");

  for (const std::chrono::milliseconds pause :
       std::vector<std::chrono::milliseconds>{1min, 2min, 4min, 8min, 15min, 15min}) {
    CHECK(machine.get() == "fresh-token");
    const int calls = machine.authorizer.calls;
    machine.erase("fresh-token");

    const Failure failure = machine.failure();

    CHECK(failure.code == ExitCode::unreachable);
    CHECK(tests::contains(failure.what(), "were rejected soon after"));
    CHECK(tests::promised_wait(failure.hint) <= pause);
    CHECK(tests::promised_wait(failure.hint) > pause - 10s);
    CHECK(machine.authorizer.calls == calls);
    machine.change_log([](rate_limit::RequestLog& log) {
      log.paused_until = {};
      log.requests.clear();
    });
  }
}

TEST_CASE("an erase waits for the lock, but no longer than its deadline", "[token_provider]") {
  Machine machine;
  machine.keep("cached", 3600s);
  machine.time = 50ms;
  const auto start = steady_clock::now();
  {
    const rate_limit::RefreshLock current = machine.hold_lock();
    machine.erase("cached");
  }

  CHECK(steady_clock::now() - start >= 50ms);
  CHECK(machine.kept() == "(none)");
  CHECK_FALSE(machine.log().erased);
  CHECK(machine.error.text().empty());
}

TEST_CASE("erases a token even if the erase cannot be recorded", "[token_provider]") {
  Machine machine;
  machine.keep("cached", 3600s);
  machine.root.make_directory("state/sase-credential/" + machine.key_id() + ".lock");

  machine.erase("cached");

  CHECK(machine.kept() == "(none)");
  CHECK(tests::count_lines(machine.error.text()) == 1);
  CHECK(machine.error.text().starts_with("sase-credential: warning: continuing without the cache: "));
}

}  // namespace sase::token
