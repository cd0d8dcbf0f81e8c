// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/file_lock.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <csignal>
#include <thread>

#include <fcntl.h>
#include <sys/time.h>

// Waiting for a lock takes the one alarm that a process has.

namespace sase::os {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// A lock that is held, and another holder that waits for it.
struct TakenLock {
  tests::TemporaryDirectory directory;
  FileLock holder = open();
  FileLock waiter = open();

  TakenLock() { REQUIRE(holder.acquire({})); }

  [[nodiscard]] bool wait() { return waiter.acquire(steady_clock::now() + 40ms); }

 private:
  [[nodiscard]] FileLock open() const {
    return FileLock(Fd(::open(directory.path("lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)));
  }
};

}  // namespace

TEST_CASE("waiting leaves neither a timer nor a handler behind", "[file_lock]") {
  TakenLock lock;
  ::signal(SIGALRM, SIG_IGN);

  CHECK_FALSE(lock.wait());

  struct sigaction after {};
  ::sigaction(SIGALRM, nullptr, &after);
  itimerval timer{};
  ::getitimer(ITIMER_REAL, &timer);
  CHECK(after.sa_handler == SIG_IGN);
  ::signal(SIGALRM, SIG_DFL);
  CHECK(timer.it_value.tv_sec == 0);
  CHECK(timer.it_value.tv_usec == 0);
}

TEST_CASE("an alarm that was set before comes after the wait", "[file_lock]") {
  TakenLock lock;
  const auto wait_with_alarm_in = [&lock](std::chrono::microseconds time) {
    return tests::exit_code_in_child([&lock, time] {
      const itimerval alarm{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_usec = time.count()}};
      ::setitimer(ITIMER_REAL, &alarm, nullptr);
      if (lock.wait()) return 1;
      std::this_thread::sleep_for(5s);
      return 2;
    });
  };

  CHECK(wait_with_alarm_in(10ms) == 128 + SIGALRM);
  CHECK(wait_with_alarm_in(100ms) == 128 + SIGALRM);
}

}  // namespace sase::os
