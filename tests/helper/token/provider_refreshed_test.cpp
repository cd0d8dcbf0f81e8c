// SPDX-License-Identifier: Apache-2.0
// `watch` refreshes a token that is due before it delivers it.
#include "tests/support/due_for_refresh_machine.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <thread>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using tests::DueForRefreshMachine;

std::string obtain_token(const ProvidedToken& provided) {
  return std::string(provided.token.bearer.reveal());
}

}  // namespace

TEST_CASE("gives a fresh token without a request", "[token_provider]") {
  DueForRefreshMachine machine;
  machine.keep("fresh", 50min);

  const ProvidedToken provided = machine.source().get_refreshed();

  CHECK(obtain_token(provided) == "fresh");
  CHECK_FALSE(provided.is_due_for_refresh());
  CHECK_FALSE(provided.refresh_failure);
  CHECK(machine.requested() == 0);
}

TEST_CASE("requests a token if none is cached", "[token_provider]") {
  tests::Machine machine;

  CHECK(obtain_token(machine.source().get_refreshed()) == "fresh-token");
  CHECK(machine.kept() == "fresh-token");
}

TEST_CASE("refreshes a token that is due before it gives it", "[token_provider]") {
  DueForRefreshMachine machine;

  const ProvidedToken provided = machine.source().get_refreshed();

  CHECK(obtain_token(provided) == "fresh-token");
  CHECK(tests::time_left(provided.token) > 59min);
  CHECK_FALSE(provided.is_due_for_refresh());
  CHECK(machine.kept() == "fresh-token");
  CHECK(machine.authorizer.tries == 1);
}

TEST_CASE("gives the old token with the failure if a refresh fails", "[token_provider]") {
  DueForRefreshMachine machine;
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::unreachable);

  const ProvidedToken provided = machine.source().get_refreshed();

  CHECK(obtain_token(provided) == "old");
  CHECK(tests::time_left(provided.token) <= 600s);
  CHECK(provided.is_due_for_refresh());
  REQUIRE(provided.refresh_failure);
  CHECK(provided.refresh_failure->code == ExitCode::unreachable);
  CHECK(provided.refresh_failure->hint == "what to do");
}

TEST_CASE("a refresh that failed in the background is not repeated for a minute", "[token_provider]") {
  DueForRefreshMachine machine;
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::unreachable);
  (void)machine.source().get_refreshed();
  std::this_thread::sleep_for(2ms);  // a call that starts later

  const ProvidedToken provided = machine.source().get_refreshed();

  CHECK(obtain_token(provided) == "old");
  CHECK(provided.is_due_for_refresh());
  CHECK_FALSE(provided.refresh_failure);
  CHECK(machine.requested() == 1);

  machine.change_log([](rate_limit::RequestLog& log) {
    log.failure->at -= 61s;
    *log.refresh_started -= 61s;
  });
  CHECK(machine.source().get_refreshed().refresh_failure);
  CHECK(machine.requested() == 2);
}

TEST_CASE("refreshes a token with a lifetime below refresh-ahead at half of its lifetime",
          "[token_provider]") {
  DueForRefreshMachine machine;
  machine.keep("old", 100s);
  machine.authorizer.answer = tests::success("short", 130s);
  CHECK(obtain_token(machine.source().get_refreshed()) == "short");

  const ProvidedToken provided = machine.source().get_refreshed();
  CHECK(obtain_token(provided) == "short");
  CHECK(provided.is_due_for_refresh());
  CHECK(machine.requested() == 1);

  machine.change_log([](rate_limit::RequestLog& log) { log.success->at -= 66s; });
  machine.authorizer.answer = tests::success("next", 130s);
  CHECK(obtain_token(machine.source().get_refreshed()) == "next");
}

TEST_CASE("shares the token of a refresh that it waited for", "[token_provider]") {
  DueForRefreshMachine machine;
  const auto start = std::chrono::steady_clock::now();
  std::optional<rate_limit::RefreshLock> refresh_lock(machine.hold_lock());
  std::thread other([&] {
    std::this_thread::sleep_for(50ms);
    machine.keep("others", 60min);
    refresh_lock.reset();
  });
  const std::string shared = obtain_token(machine.source().get_refreshed());
  other.join();

  CHECK(std::chrono::steady_clock::now() - start >= 50ms);
  CHECK(shared == "others");
  CHECK(machine.requested() == 0);
}

TEST_CASE("shares the failure of a refresh that it waited for", "[token_provider]") {
  DueForRefreshMachine machine;
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::unreachable);
  (void)machine.source().get_refreshed();
  std::optional<rate_limit::RefreshLock> refresh_lock(machine.hold_lock());
  std::thread other([&refresh_lock] {
    std::this_thread::sleep_for(50ms);
    rate_limit::RequestLog log = refresh_lock->read_log();
    log.failure->at = BootClock::now();
    refresh_lock->write_log(log);
    refresh_lock.reset();
  });
  const ProvidedToken provided = machine.source().get_refreshed();
  other.join();

  CHECK(obtain_token(provided) == "old");
  CHECK(provided.is_due_for_refresh());
  CHECK(provided.refresh_failure);
  CHECK(machine.requested() == 1);
}

TEST_CASE("does not refresh with a key that logout removed", "[token_provider]") {
  DueForRefreshMachine machine;
  machine.place = config::ApiKeySource{
      .kind = config::ApiKeySource::Kind::file, .value = machine.root.path("key"), .is_named = false};

  const ProvidedToken provided = machine.source().get_refreshed();

  CHECK(obtain_token(provided) == "old");
  CHECK(provided.is_due_for_refresh());
  CHECK(machine.requested() == 0);
}

TEST_CASE("gives the old token if the lock is not acquired in time", "[token_provider]") {
  DueForRefreshMachine machine;
  const rate_limit::RefreshLock refresh_lock = machine.hold_lock();
  machine.time = 30ms;

  const ProvidedToken provided = machine.source().get_refreshed();

  CHECK(obtain_token(provided) == "old");
  REQUIRE(provided.refresh_failure);
  CHECK(provided.refresh_failure->code == ExitCode::unreachable);
}

TEST_CASE("refreshes a token that is due without a lock if there can be none", "[token_provider]") {
  DueForRefreshMachine machine;
  machine.state_directory.reset();

  CHECK(obtain_token(machine.source().get_refreshed()) == "fresh-token");
}

}  // namespace sase::token
