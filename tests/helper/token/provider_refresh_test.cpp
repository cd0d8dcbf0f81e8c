// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"
#include "tests/support/due_for_refresh_machine.hpp"

#include <chrono>
#include <cstddef>
#include <string>

#include <unistd.h>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using std::chrono::steady_clock;
using tests::DueForRefreshMachine;
using tests::refresh_in_background;
using tests::success;

}  // namespace

TEST_CASE("gives a token that is due and refreshes it in another process", "[token_provider]") {
  DueForRefreshMachine machine;

  CHECK(machine.call() == "old");

  CHECK(machine.authorizer.calls == 0);
  CHECK(machine.requested() == 1);
  CHECK(machine.kept() == "fresh-token");
  CHECK(machine.log().requests.size() == 1);
  REQUIRE(machine.log().success);
  CHECK(machine.log().success->was_refresh);
  CHECK_FALSE(machine.log().failure);
  CHECK(machine.error.text().empty());
  CHECK(machine.call() == "fresh-token");
  CHECK(machine.requested() == 1);
}

TEST_CASE("refreshes a token only if it is due", "[token_provider]") {
  struct Row {
    const char* name;
    seconds left, refresh_ahead;
    std::size_t asked;
  };
  // Reading the clock again may cost a second or two, so nothing stands on the very bound.
  const auto row = GENERATE(values<Row>({
      {"young", 3500s, 900s, 0},
      {"not quite due", 910s, 900s, 0},
      {"just due", 899s, 900s, 1},
      {"about to be stale", 65s, 900s, 1},
      {"refresh-ahead of zero", 65s, 0s, 0},
      {"the longest refresh-ahead", 3500s, 3600s, 1},
  }));

  DYNAMIC_SECTION(row.name) {
    DueForRefreshMachine machine;
    machine.profile.refresh_ahead = row.refresh_ahead;
    machine.keep("old", row.left);

    CHECK(machine.call() == "old");
    CHECK(machine.requested() == row.asked);
  }
}

TEST_CASE("refreshes only a cached token that is due", "[token_provider]") {
  DueForRefreshMachine machine;
  SECTION("a fresh token") {
    machine.keep("fresh", 3000s);
    CHECK(machine.call() == "fresh");
    CHECK(machine.requested() == 0);
  }
  SECTION("a new token, although it is short-lived") {
    machine.keep("old", 10s);
    machine.authorizer.answer = success("new", 600s);
    CHECK(machine.call() == "new");
    CHECK(machine.requested() == 1);
  }
  SECTION("no cache") {
    machine.cache = nullptr;
    CHECK(machine.call() == "fresh-token");
    CHECK(machine.requested() == 1);
  }
}

TEST_CASE("no call waits for a background refresh", "[token_provider]") {
  DueForRefreshMachine machine;
  machine.hold_refreshes();
  TokenProvider caller = machine.source();
  const ProvidedToken provided = caller.get();
  CHECK(provided.token.bearer.reveal() == "old");

  refresh_in_background(caller, provided);

  CHECK(machine.is_locked());
  CHECK(machine.get() == "old");
  CHECK(machine.kept() == "old");
  machine.release();
  CHECK(machine.is_idle());
  CHECK(machine.kept() == "fresh-token");
}

TEST_CASE("starts no refresh while another process holds the lock", "[token_provider]") {
  DueForRefreshMachine machine;
  TokenProvider caller = machine.source();
  const ProvidedToken provided = caller.get();
  {
    const rate_limit::RefreshLock current = machine.hold_lock();
    const auto start = steady_clock::now();
    refresh_in_background(caller, provided);
    CHECK(steady_clock::now() - start < 2s);
  }

  CHECK(machine.is_idle());
  CHECK(machine.requested() == 0);
  CHECK(machine.kept() == "old");
}

TEST_CASE("one of many calls refreshes the token", "[token_provider]") {
  DueForRefreshMachine machine;
  machine.hold_refreshes();
  TokenProvider late = machine.source();
  const ProvidedToken provided = late.get();

  for (int i = 0; i < 10; ++i) {
    TokenProvider caller = machine.source();
    CHECK(caller.get().token.bearer.reveal() == "old");
    refresh_in_background(caller, provided);
  }
  machine.release();
  REQUIRE(machine.is_idle());
  refresh_in_background(late, provided);
  REQUIRE(machine.is_idle());

  CHECK(machine.requested() == 1);
  CHECK(machine.log().requests.size() == 1);
  CHECK(machine.kept() == "fresh-token");
}

TEST_CASE("does not refresh at every call if lifetimes are below refresh-ahead", "[token_provider]") {
  DueForRefreshMachine machine;
  machine.authorizer.answer = success("new", 800s);

  CHECK(machine.call() == "old");
  CHECK(machine.call() == "new");
  CHECK(machine.call() == "new");
  CHECK(machine.requested() == 1);

  machine.change_log([](rate_limit::RequestLog& log) { log.success->was_refresh = false; });
  CHECK(machine.call() == "new");
  CHECK(machine.requested() == 2);
}

TEST_CASE("limits the rate of background refreshes", "[token_provider]") {
  DueForRefreshMachine machine;
  machine.change_log([](rate_limit::RequestLog& log) { log.requests.assign(5, BootClock::now()); });

  CHECK(machine.call() == "old");
  CHECK(machine.requested() == 0);

  machine.change_log([](rate_limit::RequestLog& log) { log.requests.pop_back(); });
  CHECK(machine.call() == "old");
  CHECK(machine.requested() == 1);
  CHECK(machine.log().requests.size() == 5);
}

TEST_CASE("a background refresh has its own timeout", "[token_provider]") {
  DueForRefreshMachine machine;
  machine.time = 1ms;
  machine.authorizer.meanwhile = [&machine] {
    const bool whole = machine.authorizer.timeout > 8s && machine.authorizer.timeout <= 10s &&
                       machine.authorizer.deadline > steady_clock::now() + 8s;
    machine.note(whole ? "whole" : "cut");
  };

  (void)machine.call();

  CHECK(machine.noted("whole") == 1);
}

TEST_CASE("a trace file records a background refresh to its end", "[token_provider]") {
  DueForRefreshMachine machine;
  const std::string file = machine.root.path("trace");
  machine.trace = Trace(file, steady_clock::now(), machine.diagnostics);

  (void)machine.call();

  const std::string text = tests::text_of_file(file);
  const std::string here = ' ' + std::to_string(::getpid()) + ' ';
  const auto refresh = text.find(" ms refresh: a background process refreshes the token\n");
  REQUIRE(refresh != std::string::npos);
  CHECK(tests::contains(text.substr(0, refresh), here));
  CHECK(tests::contains(text.substr(refresh), " ms cache: token kept\n"));
  CHECK_FALSE(tests::contains(text.substr(refresh), here));
  CHECK_FALSE(tests::contains(text, "fresh-token"));
}

}  // namespace sase::token
