// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"
#include "tests/support/ageing_machine.hpp"

#include <chrono>
#include <cstddef>
#include <string>

#include <unistd.h>

namespace sase::helper {

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using std::chrono::steady_clock;
using tests::AgeingMachine;
using tests::grant;
using tests::renew_ahead;

}  // namespace

TEST_CASE("an ageing token is given, and another process renews it", "[token_source]") {
  AgeingMachine machine;

  CHECK(machine.call() == "old");

  CHECK(machine.authorizer.calls == 0);
  CHECK(machine.asked() == 1);
  CHECK(machine.kept() == "fresh-token");
  CHECK(machine.history().requests.size() == 1);
  REQUIRE(machine.history().grant);
  CHECK(machine.history().grant->ahead);
  CHECK_FALSE(machine.history().failure);
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
    AgeingMachine machine;
    machine.profile.refresh_ahead = row.refresh_ahead;
    machine.keep("old", row.left);

    CHECK(machine.call() == "old");
    CHECK(machine.asked() == row.asked);
  }
}

TEST_CASE("nothing is renewed that was not given from the cache", "[token_source]") {
  AgeingMachine machine;
  SECTION("nothing was given") {
    TokenSource caller = machine.source();
    renew_ahead(caller);
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
  AgeingMachine machine;
  machine.hold_renewals();
  TokenSource caller = machine.source();
  CHECK(caller.get().token.reveal() == "old");

  renew_ahead(caller);

  CHECK_FALSE(machine.line_up().take());
  CHECK(machine.get() == "old");
  CHECK(machine.kept() == "old");
  machine.let_go();
  CHECK(machine.all_is_quiet());
  CHECK(machine.kept() == "fresh-token");
}

TEST_CASE("nothing is renewed while another call has its turn", "[token_source]") {
  AgeingMachine machine;
  TokenSource caller = machine.source();
  (void)caller.get();
  {
    const Turn held = machine.hold_turn();
    const auto start = steady_clock::now();
    renew_ahead(caller);
    CHECK(steady_clock::now() - start < 2s);
  }

  CHECK(machine.all_is_quiet());
  CHECK(machine.asked() == 0);
  CHECK(machine.kept() == "old");
}

TEST_CASE("of many calls that want to renew one does", "[token_source]") {
  AgeingMachine machine;
  machine.hold_renewals();
  TokenSource late = machine.source();
  (void)late.get();

  for (int i = 0; i < 10; ++i) {
    TokenSource caller = machine.source();
    CHECK(caller.get().token.reveal() == "old");
    renew_ahead(caller);
  }
  machine.let_go();
  REQUIRE(machine.all_is_quiet());
  renew_ahead(late);
  REQUIRE(machine.all_is_quiet());

  CHECK(machine.asked() == 1);
  CHECK(machine.history().requests.size() == 1);
  CHECK(machine.kept() == "fresh-token");
}

TEST_CASE("tokens that never live beyond refresh-ahead are not renewed by every call", "[token_source]") {
  AgeingMachine machine;
  machine.authorizer.answer = grant("new", 800s);

  CHECK(machine.call() == "old");
  CHECK(machine.call() == "new");
  CHECK(machine.call() == "new");
  CHECK(machine.asked() == 1);

  machine.change_history([](History& history) { history.grant->ahead = false; });
  CHECK(machine.call() == "new");
  CHECK(machine.asked() == 2);
}

TEST_CASE("a renewal is spared as any other request", "[token_source]") {
  AgeingMachine machine;
  machine.change_history([](History& history) { history.requests.assign(5, boot_clock()); });

  CHECK(machine.call() == "old");
  CHECK(machine.asked() == 0);

  machine.change_history([](History& history) { history.requests.pop_back(); });
  CHECK(machine.call() == "old");
  CHECK(machine.asked() == 1);
  CHECK(machine.history().requests.size() == 5);
}

TEST_CASE("a renewal has the whole time of a call, however late it begins", "[token_source]") {
  AgeingMachine machine;
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
  AgeingMachine machine;
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

}  // namespace sase::helper
