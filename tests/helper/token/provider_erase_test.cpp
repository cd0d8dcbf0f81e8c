// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"
#include "tests/support/machine.hpp"
#include "tests/support/questions.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using tests::Machine;

}  // namespace

TEST_CASE("erase drops the cached token if it is this one", "[token_source]") {
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

TEST_CASE("after an erase the next call asks anew", "[token_source]") {
  Machine machine;
  machine.keep("cached", 3600s);
  machine.erase("cached");

  CHECK(machine.get() == "fresh-token");
}

TEST_CASE("a dead token can be erased too", "[token_source]") {
  Machine machine;
  machine.keep("cached", -10s);
  machine.erase("cached");

  CHECK(machine.kept() == "(none)");
}

TEST_CASE("erase drops the token of its own profile alone", "[token_source]") {
  Machine machine;
  machine.keep("cached", 3600s);
  machine.profile.name = "work";
  machine.keep("cached", 3600s);

  machine.erase("cached");

  CHECK(machine.kept() == "(none)");
  machine.profile.name = "default";
  CHECK(machine.kept() == "cached");
}

TEST_CASE("where nothing is cached there is nothing to erase", "[token_source]") {
  Machine machine;

  CHECK_NOTHROW(machine.erase("cached"));
  CHECK(machine.error.text().empty());
  machine.cache = nullptr;
  CHECK_NOTHROW(machine.erase("cached"));
}

TEST_CASE("trouble with the cache is one warning for an erase too", "[token_source]") {
  Machine machine;
  machine.root.make_directory("state/sase-credential", 0755);

  CHECK_NOTHROW(machine.erase("cached"));
  CHECK(tests::count_lines(machine.error.text()) == 1);
}

TEST_CASE("an erase of the cached token is taken down, any other is not", "[token_source]") {
  Machine machine;
  machine.keep("cached", 3600s);

  machine.erase("another");
  CHECK_FALSE(machine.log().erased);
  machine.erase("cached");
  CHECK(machine.log().erased);
  (void)machine.get();
  CHECK_FALSE(machine.log().erased);
  CHECK(machine.log().grant->after_erase);
}

TEST_CASE("where new tokens are rejected at once, ever longer pauses are made", "[token_source]") {
  Machine machine;
  (void)machine.get();
  machine.erase("fresh-token");

  for (const BootTime pause : std::vector<BootTime>{1min, 2min, 4min, 8min, 15min, 15min}) {
    CHECK(machine.get() == "fresh-token");
    const int calls = machine.authorizer.calls;
    machine.erase("fresh-token");

    const Failure failure = machine.failure();

    CHECK(failure.code == ExitCode::unreachable);
    CHECK(tests::contains(failure.what(), "were rejected soon after"));
    CHECK(tests::promised_wait(failure.hint) <= pause);
    CHECK(tests::promised_wait(failure.hint) > pause - 10s);
    CHECK(machine.authorizer.calls == calls);
    machine.change_history([](rate_limit::RequestLog& log) {
      log.paused_until = 0s;
      log.requests.clear();
    });
  }
}

TEST_CASE("an erase waits for the call that has the turn, and at its deadline goes on without",
          "[token_source]") {
  Machine machine;
  machine.keep("cached", 3600s);
  machine.time = 50ms;
  const auto start = steady_clock::now();
  {
    const rate_limit::RefreshLock current = machine.hold_turn();
    machine.erase("cached");
  }

  CHECK(steady_clock::now() - start >= 50ms);
  CHECK(machine.kept() == "(none)");
  CHECK_FALSE(machine.log().erased);
  CHECK(machine.error.text().empty());
}

TEST_CASE("a token is erased even where that cannot be taken down", "[token_source]") {
  Machine machine;
  machine.keep("cached", 3600s);
  SECTION("no ledger") {
    machine.root.make_directory("state/sase-credential/" + machine.key_id() + ".ledger");
  }
  SECTION("no lock") {
    machine.root.make_directory("state/sase-credential/" + machine.key_id() + ".lock");
  }

  machine.erase("cached");

  CHECK(machine.kept() == "(none)");
  CHECK(tests::count_lines(machine.error.text()) == 1);
  CHECK(machine.error.text().starts_with("sase-credential: warning: going on without the cache: "));
}

}  // namespace sase::token
