// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"
#include "tests/support/ageing_machine.hpp"

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
using tests::grant;
using tests::refresh_in_background;

}  // namespace

TEST_CASE("an ageing token is given, and another process renews it", "[token_source]") {
  DueForRefreshMachine machine;

  CHECK(machine.call() == "old");

  CHECK(machine.authorizer.calls == 0);
  CHECK(machine.asked() == 1);
  CHECK(machine.kept() == "fresh-token");
  CHECK(machine.log().requests.size() == 1);
  REQUIRE(machine.log().grant);
  CHECK(machine.log().grant->ahead);
  CHECK_FALSE(machine.log().failure);
  CHECK(machine.error.text().empty());
  CHECK(machine.call() == "fresh-token");
  CHECK(machine.asked() == 1);
}

TEST_CASE("a token is renewed only if it ages", "[token_source]") {
  struct Row {
    const char* name;
    seconds left, refresh_ahead;
    std::size_t asked;
  };
  // Reading the clock again may cost a second or two, so nothing stands on the very bound.
  const auto row = GENERATE(values<Row>({
      {"young", 3500s, 900s, 0},
      {"not quite ageing", 910s, 900s, 0},
      {"just ageing", 899s, 900s, 1},
      {"about to be stale", 65s, 900s, 1},
      {"with no wish for it", 65s, 0s, 0},
      {"with a strong wish for it", 3500s, 3600s, 1},
  }));

  DYNAMIC_SECTION(row.name) {
    DueForRefreshMachine machine;
    machine.profile.refresh_ahead = row.refresh_ahead;
    machine.keep("old", row.left);

    CHECK(machine.call() == "old");
    CHECK(machine.asked() == row.asked);
  }
}

TEST_CASE("nothing is renewed that was not given from the cache", "[token_source]") {
  DueForRefreshMachine machine;
  SECTION("nothing was given") {
    TokenProvider caller = machine.source();
    refresh_in_background(caller);
    REQUIRE(machine.all_is_quiet());
    CHECK(machine.asked() == 0);
  }
  SECTION("a new one was given, short-lived as it is") {
    machine.keep("old", 10s);
    machine.authorizer.answer = grant("new", 600s);
    CHECK(machine.call() == "new");
    CHECK(machine.asked() == 1);
  }
  SECTION("there is no cache") {
    machine.cache = nullptr;
    CHECK(machine.call() == "fresh-token");
    CHECK(machine.asked() == 1);
  }
}

TEST_CASE("nobody waits for a renewal", "[token_source]") {
  DueForRefreshMachine machine;
  machine.hold_renewals();
  TokenProvider caller = machine.source();
  CHECK(caller.get().token.reveal() == "old");

  refresh_in_background(caller);

  CHECK_FALSE(machine.open_refresh_lock().take());
  CHECK(machine.get() == "old");
  CHECK(machine.kept() == "old");
  machine.let_go();
  CHECK(machine.all_is_quiet());
  CHECK(machine.kept() == "fresh-token");
}

TEST_CASE("nothing is renewed while another call has its turn", "[token_source]") {
  DueForRefreshMachine machine;
  TokenProvider caller = machine.source();
  (void)caller.get();
  {
    const rate_limit::RefreshLock current = machine.hold_turn();
    const auto start = steady_clock::now();
    refresh_in_background(caller);
    CHECK(steady_clock::now() - start < 2s);
  }

  CHECK(machine.all_is_quiet());
  CHECK(machine.asked() == 0);
  CHECK(machine.kept() == "old");
}

TEST_CASE("of many calls that want to renew one does", "[token_source]") {
  DueForRefreshMachine machine;
  machine.hold_renewals();
  TokenProvider late = machine.source();
  (void)late.get();

  for (int i = 0; i < 10; ++i) {
    TokenProvider caller = machine.source();
    CHECK(caller.get().token.reveal() == "old");
    refresh_in_background(caller);
  }
  machine.let_go();
  REQUIRE(machine.all_is_quiet());
  refresh_in_background(late);
  REQUIRE(machine.all_is_quiet());

  CHECK(machine.asked() == 1);
  CHECK(machine.log().requests.size() == 1);
  CHECK(machine.kept() == "fresh-token");
}

TEST_CASE("tokens that never live beyond refresh-ahead are not renewed by every call", "[token_source]") {
  DueForRefreshMachine machine;
  machine.authorizer.answer = grant("new", 800s);

  CHECK(machine.call() == "old");
  CHECK(machine.call() == "new");
  CHECK(machine.call() == "new");
  CHECK(machine.asked() == 1);

  machine.change_history([](rate_limit::RequestLog& log) { log.grant->ahead = false; });
  CHECK(machine.call() == "new");
  CHECK(machine.asked() == 2);
}

TEST_CASE("a renewal is spared as any other request", "[token_source]") {
  DueForRefreshMachine machine;
  machine.change_history([](rate_limit::RequestLog& log) { log.requests.assign(5, boot_clock()); });

  CHECK(machine.call() == "old");
  CHECK(machine.asked() == 0);

  machine.change_history([](rate_limit::RequestLog& log) { log.requests.pop_back(); });
  CHECK(machine.call() == "old");
  CHECK(machine.asked() == 1);
  CHECK(machine.log().requests.size() == 5);
}

TEST_CASE("a renewal has the whole time of a call, however late it begins", "[token_source]") {
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

TEST_CASE("a trace in a file tells of a renewal to its end", "[token_source]") {
  DueForRefreshMachine machine;
  const std::string file = machine.root.path("trace");
  machine.trace = Trace(file, steady_clock::now(), machine.diagnostics);

  (void)machine.call();

  const std::string text = tests::text_of_file(file);
  const std::string here = ' ' + std::to_string(::getpid()) + ' ';
  const auto renewal = text.find(" ms renewal: the token ages, a process of its own renews it\n");
  REQUIRE(renewal != std::string::npos);
  CHECK(tests::contains(text.substr(0, renewal), here));
  CHECK(tests::contains(text.substr(renewal), " ms cache: token kept\n"));
  CHECK_FALSE(tests::contains(text.substr(renewal), here));
  CHECK_FALSE(tests::contains(text, "fresh-token"));
}

}  // namespace sase::token
