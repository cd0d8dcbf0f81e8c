// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/signals.hpp"

#include "helper/clock.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/memory_file.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>

#include <fcntl.h>
#include <unistd.h>

namespace sase::os {

namespace {

using namespace std::chrono_literals;

/// In a session without a terminal, as that of a service.
int in_session(const std::function<int()>& body) {
  return tests::exit_code_in_child([&body] {
    ::setsid();
    // nohup(1) ignores it. A lost signal must not make the wait endless.
    ::signal(SIGHUP, SIG_DFL);
    ::alarm(20);
    return body();
  });
}

constexpr std::array deferred_numbers = {SIGTERM, SIGINT};

/// In a child, which has none of the test framework's handlers.
int wait_for_exit_code(const std::function<int()>& body) {
  return tests::exit_code_in_child([&body] {
    for (const int number : deferred_numbers)
      (void)std::signal(number, SIG_DFL);
    return body();
  });
}

}  // namespace

TEST_CASE("a wait ends at its time, or at once if that has passed", "[signals]") {
  SignalWaiter waiter;
  const BootTime start = BootClock::now();

  CHECK(waiter.wait(start + 30ms) == WakeReason::by_time);
  CHECK(BootClock::now() - start >= 30ms);
  CHECK(BootClock::now() - start < 5s);
  CHECK(waiter.wait(start) == WakeReason::by_time);
  CHECK(waiter.wait(BootTime(std::chrono::milliseconds(0))) == WakeReason::by_time);
  CHECK(waiter.wait(BootTime(std::chrono::milliseconds(-1))) == WakeReason::by_time);
}

TEST_CASE("a wait ends when bytes arrive and at their end", "[signals]") {
  SignalWaiter waiter;
  tests::Pipe pipe = tests::make_pipe();

  CHECK(waiter.wait(BootClock::now() + 20ms, pipe.reader.get()) == WakeReason::by_time);
  REQUIRE(::write(pipe.writer.get(), "x", 1) == 1);
  CHECK(waiter.wait(BootTime::max(), pipe.reader.get()) == WakeReason::by_bytes);
  char byte = 0;
  REQUIRE(::read(pipe.reader.get(), &byte, 1) == 1);
  pipe.writer.close();
  CHECK(waiter.wait(BootTime::max(), pipe.reader.get()) == WakeReason::by_bytes);
}

TEST_CASE("signals end a wait and not the process, even if sent before it", "[signals]") {
  struct Row {
    int number;
    WakeReason woken;
  };
  for (const Row row : {Row{SIGTERM, WakeReason::by_stop}, Row{SIGINT, WakeReason::by_stop},
                        Row{SIGHUP, WakeReason::by_hup}}) {
    INFO(row.number);
    CHECK(in_session([row] {
            SignalWaiter waiter;
            ::raise(row.number);
            return waiter.wait(BootTime::max()) == row.woken &&
                           waiter.wait(BootClock::now() + 5ms) == WakeReason::by_time
                       ? 0
                       : 1;
          }) == 0);
  }
}

TEST_CASE("SIGHUP stops a process that has a terminal", "[signals]") {
  CHECK(in_session([] {
          const Fd terminal(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
          std::array<char, 100> name{};
          if (!terminal || ::grantpt(terminal.get()) != 0 || ::unlockpt(terminal.get()) != 0) return 1;
          if (::ptsname_r(terminal.get(), name.data(), name.size()) != 0) return 2;
          // The first terminal that a session leader opens becomes its controlling terminal.
          const Fd controlling(::open(name.data(), O_RDWR | O_CLOEXEC));
          if (!controlling) return 3;
          SignalWaiter waiter;
          ::raise(SIGHUP);
          const WakeReason woken = waiter.wait(BootTime::max());
          ::signal(SIGHUP, SIG_IGN);  // the terminal is closed before the process ends
          return woken == WakeReason::by_stop ? 0 : 4;
        }) == 0);
}

TEST_CASE("an ignored signal does not end a wait", "[signals]") {
  CHECK(in_session([] {
          ::signal(SIGHUP, SIG_IGN);
          SignalWaiter waiter;
          ::raise(SIGHUP);
          return waiter.wait(BootClock::now() + 5ms) == WakeReason::by_time ? 0 : 1;
        }) == 0);
}

TEST_CASE("restores the effect of signals after the wait", "[signals]") {
  CHECK(in_session([] {
          ::signal(SIGTERM, SIG_DFL);
          {
            const SignalWaiter waiter;
            if (::sigismember(&waiter.mask_before(), SIGTERM) != 0) return 1;
          }
          ::raise(SIGTERM);
          return 2;
        }) == 128 + SIGTERM);
}

TEST_CASE("a deferred signal is reported, then it ends the process", "[signals]") {
  const int code = wait_for_exit_code([] {
    const DeferredSignals current(deferred_numbers);
    if (current.one_came()) return 1;
    (void)::raise(SIGTERM);
    return current.one_came() ? 0 : 2;
  });

  CHECK(code == 128 + SIGTERM);
}

TEST_CASE("a signal that was blocked before is not deferred", "[signals]") {
  const int code = wait_for_exit_code([] {
    sigset_t blocked;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
    const DeferredSignals current(deferred_numbers);
    (void)::raise(SIGTERM);
    return current.one_came() ? 1 : 0;
  });

  CHECK(code == 0);
}

TEST_CASE("a deferred signal takes effect at the end without a wait", "[signals]") {
  const int code = wait_for_exit_code([] {
    {
      const DeferredSignals current(deferred_numbers);
      (void)::raise(SIGINT);
    }
    return 0;
  });

  CHECK(code == 128 + SIGINT);
}

TEST_CASE("ignored signals stay ignored, and other signals are not deferred", "[signals]") {
  const int ignored = wait_for_exit_code([] {
    (void)std::signal(SIGTERM, SIG_IGN);
    const DeferredSignals current(deferred_numbers);
    (void)::raise(SIGTERM);
    return current.one_came() ? 1 : 0;
  });
  const int other = wait_for_exit_code([] {
    const DeferredSignals current(deferred_numbers);
    (void)::raise(SIGUSR1);
    return 0;
  });

  CHECK(ignored == 0);
  CHECK(other == 128 + SIGUSR1);
}

}  // namespace sase::os
