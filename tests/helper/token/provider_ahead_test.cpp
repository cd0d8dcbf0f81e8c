// SPDX-License-Identifier: Apache-2.0
// Whoever keeps a token fresh for others has one that ages renewed before it is given.
#include "tests/support/ageing_machine.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <thread>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using tests::DueForRefreshMachine;

std::string token_of(const KeptToken& kept) {
  return std::string(kept.fresh.token.reveal());
}

}  // namespace

TEST_CASE("a fresh token is given and nobody is asked", "[token_source_ahead]") {
  DueForRefreshMachine machine;
  machine.keep("fresh", 50min);

  const KeptToken kept = machine.source().get_ahead();

  CHECK(token_of(kept) == "fresh");
  CHECK_FALSE(kept.is_due_for_refresh);
  CHECK_FALSE(kept.trouble);
  CHECK(machine.asked() == 0);
}

TEST_CASE("without a token one is got", "[token_source_ahead]") {
  tests::Machine machine;

  CHECK(token_of(machine.source().get_ahead()) == "fresh-token");
  CHECK(machine.kept() == "fresh-token");
}

TEST_CASE("a token that ages is renewed before it is given", "[token_source_ahead]") {
  DueForRefreshMachine machine;

  const KeptToken kept = machine.source().get_ahead();

  CHECK(token_of(kept) == "fresh-token");
  CHECK(kept.fresh.time_left > 59min);
  CHECK_FALSE(kept.is_due_for_refresh);
  CHECK(machine.kept() == "fresh-token");
  CHECK(machine.authorizer.tries == 1);
}

TEST_CASE("where renewing fails the old token is given, with what was in the way", "[token_source_ahead]") {
  DueForRefreshMachine machine;
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::unreachable);

  const KeptToken kept = machine.source().get_ahead();

  CHECK(token_of(kept) == "old");
  CHECK(kept.fresh.time_left <= 600s);
  CHECK(kept.is_due_for_refresh);
  REQUIRE(kept.trouble);
  CHECK(kept.trouble->code == ExitCode::unreachable);
  CHECK(kept.trouble->hint == "what to do");
}

TEST_CASE("after a failure it is not tried again for a minute, in silence", "[token_source_ahead]") {
  DueForRefreshMachine machine;
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::unreachable);
  (void)machine.source().get_ahead();

  const KeptToken kept = machine.source().get_ahead();

  CHECK(token_of(kept) == "old");
  CHECK(kept.is_due_for_refresh);
  CHECK_FALSE(kept.trouble);
  CHECK(machine.asked() == 1);

  machine.change_history([](rate_limit::RequestLog& log) {
    log.failure->at -= 61s;
    *log.refresh_started -= 61s;
  });
  CHECK(machine.source().get_ahead().trouble);
  CHECK(machine.asked() == 2);
}

TEST_CASE("a token too short-lived for refresh-ahead is renewed at half of its life and no earlier",
          "[token_source_ahead]") {
  DueForRefreshMachine machine;
  machine.keep("old", 100s);
  machine.authorizer.answer = tests::grant("short", 500s);
  CHECK(token_of(machine.source().get_ahead()) == "short");

  const KeptToken kept = machine.source().get_ahead();
  CHECK(token_of(kept) == "short");
  CHECK(kept.is_due_for_refresh);
  CHECK(machine.asked() == 1);

  machine.change_history([](rate_limit::RequestLog& log) { log.grant->at -= 251s; });
  machine.authorizer.answer = tests::grant("next", 500s);
  CHECK(token_of(machine.source().get_ahead()) == "next");
}

TEST_CASE("whoever waits for another's renewal shares its token", "[token_source_ahead]") {
  DueForRefreshMachine machine;
  const auto start = std::chrono::steady_clock::now();
  std::optional<rate_limit::RefreshLock> refresh_lock(machine.hold_turn());
  std::thread other([&] {
    std::this_thread::sleep_for(50ms);
    machine.keep("others", 60min);
    refresh_lock.reset();
  });
  const std::string shared = token_of(machine.source().get_ahead());
  other.join();

  CHECK(std::chrono::steady_clock::now() - start >= 50ms);
  CHECK(shared == "others");
  CHECK(machine.asked() == 0);
}

TEST_CASE("whoever waits for another's renewal shares its failure and asks nobody", "[token_source_ahead]") {
  DueForRefreshMachine machine;
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::unreachable);
  (void)machine.source().get_ahead();
  std::optional<rate_limit::RefreshLock> refresh_lock(machine.hold_turn());
  std::thread other([&refresh_lock] {
    std::this_thread::sleep_for(50ms);
    rate_limit::RequestLog log = refresh_lock->read_log();
    log.failure->at = boot_clock();
    refresh_lock->write_log(log);
    refresh_lock.reset();
  });
  const KeptToken kept = machine.source().get_ahead();
  other.join();

  CHECK(token_of(kept) == "old");
  CHECK(kept.is_due_for_refresh);
  CHECK(kept.trouble);
  CHECK(machine.asked() == 1);
}

TEST_CASE("with a key that was taken away nothing is renewed", "[token_source_ahead]") {
  DueForRefreshMachine machine;
  machine.place = api_key::ApiKeyLocation{.kind = api_key::ApiKeySourceKind::file,
                                          .name = machine.root.path("key"),
                                          .choice = api_key::ApiKeySelection::standard};

  const KeptToken kept = machine.source().get_ahead();

  CHECK(token_of(kept) == "old");
  CHECK(kept.is_due_for_refresh);
  CHECK(machine.asked() == 0);
}

TEST_CASE("whoever cannot have the turn in time keeps the old token and says why", "[token_source_ahead]") {
  DueForRefreshMachine machine;
  const rate_limit::RefreshLock refresh_lock = machine.hold_turn();
  machine.time = 30ms;

  const KeptToken kept = machine.source().get_ahead();

  CHECK(token_of(kept) == "old");
  REQUIRE(kept.trouble);
  CHECK(kept.trouble->code == ExitCode::unreachable);
}

TEST_CASE("without a place for a lock a token that ages is renewed all the same", "[token_source_ahead]") {
  DueForRefreshMachine machine;
  machine.state_directory.reset();

  CHECK(token_of(machine.source().get_ahead()) == "fresh-token");
}

}  // namespace sase::token
