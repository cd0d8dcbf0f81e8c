// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/signal_waiter.hpp"

#include "helper/clock.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/memory_file.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>

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

}  // namespace

TEST_CASE("a wait ends at its time, and at once where that is over", "[wake_ups]") {
  SignalWaiter wake_ups;
  const BootTime start = BootClock::now();

  CHECK(wake_ups.wait(start + 30ms) == WakeReason::by_time);
  CHECK(BootClock::now() - start >= 30ms);
  CHECK(BootClock::now() - start < 5s);
  CHECK(wake_ups.wait(start) == WakeReason::by_time);
  CHECK(wake_ups.wait(BootTime(std::chrono::milliseconds(0))) == WakeReason::by_time);
  CHECK(wake_ups.wait(BootTime(std::chrono::milliseconds(-1))) == WakeReason::by_time);
}

TEST_CASE("a wait ends with bytes, and with the end of them", "[wake_ups]") {
  SignalWaiter wake_ups;
  tests::Pipe pipe = tests::make_pipe();

  CHECK(wake_ups.wait(BootClock::now() + 20ms, pipe.reader.get()) == WakeReason::by_time);
  REQUIRE(::write(pipe.writer.get(), "x", 1) == 1);
  CHECK(wake_ups.wait(BootTime::max(), pipe.reader.get()) == WakeReason::by_bytes);
  char byte = 0;
  REQUIRE(::read(pipe.reader.get(), &byte, 1) == 1);
  pipe.writer.close();
  CHECK(wake_ups.wait(BootTime::max(), pipe.reader.get()) == WakeReason::by_bytes);
}

TEST_CASE("signals end a wait and not the process, also those that came before", "[wake_ups]") {
  struct Row {
    int number;
    WakeReason woken;
  };
  for (const Row row : {Row{SIGTERM, WakeReason::by_stop}, Row{SIGINT, WakeReason::by_stop},
                        Row{SIGHUP, WakeReason::by_hup}}) {
    INFO(row.number);
    CHECK(in_session([row] {
            SignalWaiter wake_ups;
            ::raise(row.number);
            return wake_ups.wait(BootTime::max()) == row.woken &&
                           wake_ups.wait(BootClock::now() + 5ms) == WakeReason::by_time
                       ? 0
                       : 1;
          }) == 0);
  }
}

TEST_CASE("with a terminal SIGHUP says that it is gone, and is an end", "[wake_ups]") {
  CHECK(in_session([] {
          const Fd terminal(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
          std::array<char, 100> name{};
          if (!terminal || ::grantpt(terminal.get()) != 0 || ::unlockpt(terminal.get()) != 0) return 1;
          if (::ptsname_r(terminal.get(), name.data(), name.size()) != 0) return 2;
          // The first one that the leader of a session opens becomes its own.
          const Fd ours(::open(name.data(), O_RDWR | O_CLOEXEC));
          if (!ours) return 3;
          SignalWaiter wake_ups;
          ::raise(SIGHUP);
          const WakeReason woken = wake_ups.wait(BootTime::max());
          ::signal(SIGHUP, SIG_IGN);  // the terminal goes before we do
          return woken == WakeReason::by_stop ? 0 : 4;
        }) == 0);
}

TEST_CASE("a signal that is ignored ends nothing", "[wake_ups]") {
  CHECK(in_session([] {
          ::signal(SIGHUP, SIG_IGN);
          SignalWaiter wake_ups;
          ::raise(SIGHUP);
          return wake_ups.wait(BootClock::now() + 5ms) == WakeReason::by_time ? 0 : 1;
        }) == 0);
}

TEST_CASE("afterwards signals do again what they did", "[wake_ups]") {
  CHECK(in_session([] {
          ::signal(SIGTERM, SIG_DFL);
          {
            const SignalWaiter wake_ups;
            if (::sigismember(&wake_ups.mask_before(), SIGTERM) != 0) return 1;
          }
          ::raise(SIGTERM);
          return 2;
        }) == 128 + SIGTERM);
}

}  // namespace sase::os
