// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/machine.hpp"

#include <array>
#include <chrono>
#include <string>
#include <thread>

#include <unistd.h>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using tests::Machine;

/// A cache in which another call's token appears while this call acquires the lock.
class LateCache : public cache::TokenCache {
 public:
  [[nodiscard]] std::optional<Token> find(const cache::Identity&) override {
    if (++asked == 1) return std::nullopt;
    return Token{.bearer = protocol::BearerToken(protocol::Secret("of-another-call")),
                 .expiry = Expiry::after(ClockReading::now(), 3600s)};
  }
  void store(const cache::Identity&, const Token&) override {}
  void remove(const cache::Identity&) override {}

  int asked = 0;
};

/// A call in another process, which holds the lock from the construction of this object, for a while.
class OtherCall {
 public:
  explicit OtherCall(Machine& machine) {
    tests::Pipe begun = tests::make_pipe();
    pid_ = tests::start_child([&machine, &begun] {
      machine.trace = Trace();
      machine.authorizer.meanwhile = [&begun, then = machine.authorizer.meanwhile] {
        begun.writer.close();
        std::this_thread::sleep_for(40ms);
        then();
      };
      (void)machine.source().get();
      return 0;
    });
    begun.writer.close();
    char byte = 0;
    (void)!::read(begun.reader.get(), &byte, 1);
  }
  OtherCall(const OtherCall&) = delete;
  OtherCall& operator=(const OtherCall&) = delete;
  ~OtherCall() { (void)tests::wait_for_child(pid_); }

 private:
  pid_t pid_ = 0;
};

}  // namespace

TEST_CASE("finds the token that was stored while it waited for the lock", "[token_provider]") {
  Machine machine;
  LateCache cache;
  machine.cache = &cache;

  CHECK(machine.get() == "of-another-call");
  CHECK(machine.authorizer.calls == 0);
  CHECK(cache.asked == 2);
}

TEST_CASE("shares the failure of a call that failed meanwhile", "[token_provider]") {
  Machine machine;
  machine.authorizer.answer = protocol::AuthError{.kind = protocol::ErrorKind::rejected,
                                                  .what = "no",
                                                  .hint = "try another",
                                                  .retry_after = std::nullopt};
  TokenProvider waiter = machine.source();
  REQUIRE(machine.failure().code == ExitCode::rejected);

  const Failure shared = tests::catch_failure([&waiter] { (void)waiter.get(); });

  CHECK(shared.code == ExitCode::rejected);
  CHECK(std::string(shared.what()) == "no");
  CHECK(shared.hint == "try another");
  CHECK(machine.authorizer.calls == 1);
}

TEST_CASE("holds the lock during the request", "[token_provider]") {
  Machine machine;
  bool free = true;
  machine.authorizer.meanwhile = [&machine, &free] { free = !machine.is_locked(); };

  (void)machine.get();

  CHECK_FALSE(free);
  CHECK_NOTHROW((void)machine.hold_lock());
}

TEST_CASE("waits for the lock no longer than the timeout", "[token_provider]") {
  Machine machine;
  const rate_limit::RefreshLock current = machine.hold_lock();
  rate_limit::RequestLog log = current.read_log();
  log.holder->pid = 4711;
  current.write_log(log);
  machine.time = 50ms;
  const auto start = steady_clock::now();

  const Failure failure = machine.failure();

  CHECK(failure.code == ExitCode::unreachable);
  CHECK(tests::contains(failure.what(), "'default' (process 4711)"));
  CHECK(machine.authorizer.calls == 0);
  CHECK(steady_clock::now() - start >= 50ms);
  CHECK(steady_clock::now() - start < 2s);
}

TEST_CASE("replaces the lock of a stopped process after its deadline", "[token_provider]") {
  Machine machine;
  const BootTime now = BootClock::now();
  const auto stopped = rate_limit::RefreshLock::acquire(machine.directory, machine.key_id(), now, now + 50ms);
  REQUIRE(stopped);

  CHECK(machine.get() == "fresh-token");

  CHECK(BootClock::now() >= now + 50ms + rate_limit::holder_grace);
  CHECK_FALSE(stopped->is_current());
  CHECK(machine.error.text() == "sase-credential: warning: process " + std::to_string(::getpid()) +
                                    " holds the lock of this API key after its deadline; is it stopped?\n");
}

TEST_CASE("shares the failure of an authorizer that crashed or is missing", "[token_provider]") {
  Machine machine;
  machine.authorizer.requests = 0;
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::authorizer_failed);
  TokenProvider waiter = machine.source();
  const OtherCall other(machine);

  const Failure shared = tests::catch_failure([&waiter] { (void)waiter.get(); });

  CHECK(shared.code == ExitCode::local_state);
  CHECK(std::string(shared.what()) == "what happened");
  CHECK(machine.authorizer.calls == 0);
  CHECK(machine.log().requests.empty());
}

TEST_CASE("gives a cached token without the lock", "[token_provider]") {
  Machine machine;
  machine.keep("cached", 3600s);
  const rate_limit::RefreshLock current = machine.hold_lock();
  machine.time = 50ms;

  CHECK(machine.get() == "cached");
}

TEST_CASE("each key has its own lock, shared by all profiles of the key", "[token_provider]") {
  Machine machine;
  const rate_limit::RefreshLock current = machine.hold_lock();
  machine.time = 100ms;

  CHECK(machine.source("another-key").get().token.bearer.reveal() == "fresh-token");
  machine.profile.name = "work";
  CHECK(machine.failure().code == ExitCode::unreachable);
}

TEST_CASE("shares the token of the call that it waited for", "[token_provider]") {
  Machine machine;
  TokenProvider waiter = machine.source();
  const OtherCall other(machine);

  CHECK(waiter.get().token.bearer.reveal() == "fresh-token");
  CHECK(machine.authorizer.calls == 0);
  CHECK(machine.error.text().empty());
}

TEST_CASE("shares the failure of the call that it waited for", "[token_provider]") {
  Machine machine;
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::unreachable);
  TokenProvider waiter = machine.source();
  const OtherCall other(machine);

  const Failure shared = tests::catch_failure([&waiter] { (void)waiter.get(); });

  CHECK(shared.code == ExitCode::unreachable);
  CHECK(std::string(shared.what()) == "what happened");
  CHECK(machine.authorizer.calls == 0);
}

TEST_CASE("requests a token itself after the holder of the lock died", "[token_provider]") {
  Machine machine;
  TokenProvider waiter = machine.source();
  machine.authorizer.meanwhile = [] { ::_exit(0); };
  const OtherCall other(machine);
  machine.authorizer.meanwhile = [] {};

  CHECK(waiter.get().token.bearer.reveal() == "fresh-token");
  CHECK(machine.authorizer.calls == 1);
  CHECK(machine.authorizer.tries == 3);
  CHECK(machine.log().requests.size() == 2);
}

TEST_CASE("sends one request for many calls at once", "[token_provider]") {
  Machine machine;
  const bool token_response = GENERATE(true, false);
  if (!token_response) machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::unreachable);
  machine.authorizer.meanwhile = [&machine] {
    machine.note("requested");
    std::this_thread::sleep_for(20ms);
  };
  tests::Pipe gate = tests::make_pipe();
  const tests::Pipe begun = tests::make_pipe();

  std::array<pid_t, 10> children{};
  for (pid_t& child : children)
    child = tests::start_child([&] {
      gate.writer.close();
      TokenProvider source = machine.source();
      (void)!::write(begun.writer.get(), "x", 1);
      char byte = 0;
      (void)!::read(gate.reader.get(), &byte, 1);
      try {
        return source.get().token.bearer.reveal() == "fresh-token" ? 1 : 2;
      } catch (const Failure& failure) {
        return std::string(failure.what()) == "what happened" ? 3 : 4;
      }
    });
  // The result is shared by the calls that have started by then.
  char byte = 0;
  for (std::size_t i = 0; i < children.size(); ++i)
    REQUIRE(::read(begun.reader.get(), &byte, 1) == 1);
  gate.writer.close();

  for (const pid_t child : children)
    CHECK(tests::wait_for_child(child) == (token_response ? 1 : 3));
  CHECK(machine.noted("requested") == 1);
}

TEST_CASE("traces the cache and the lock", "[token_provider]") {
  Machine machine;
  machine.trace_to_stderr();
  machine.authorizer.meanwhile = [&machine] {
    while (!tests::contains(machine.error.text(), "another call holds it"))
      std::this_thread::sleep_for(2ms);
  };
  TokenProvider waiter = machine.source();
  const OtherCall other(machine);

  (void)waiter.get();

  const std::string trace = machine.error.text();
  CHECK(tests::contains(trace, " ms cache: no token\n"));
  CHECK(tests::contains(trace, " ms lock: another call holds it\n"));
  CHECK(tests::contains(trace, " ms lock: acquired\n"));
  CHECK(tests::contains(trace, " ms cache: a token with 3"));
  CHECK_FALSE(tests::contains(trace, "fresh-token"));
}

}  // namespace sase::token
