// SPDX-License-Identifier: Apache-2.0
#include "helper/clock.hpp"

#include "tests/support/catch.hpp"

#include <time.h>

namespace sase {

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr BootId this_start = {1, 2, 3};
constexpr BootId another_start = {4, 5, 6};
constexpr BootId unknown_start = {};

/// The times of the tables count from here.
constexpr sys_seconds wall_then{seconds(1'767'323'045)};
constexpr BootSeconds boot_then{seconds(50'000)};

int boots_asked = 0;

BootId same() noexcept {
  ++boots_asked;
  return this_start;
}

BootId other() noexcept { return another_start; }

BootId unknown() noexcept { return unknown_start; }

/// A token got at the beginning that lives an hour.
Expiry expiry_with(BootId start) {
  return {.moment = {.wall = wall_then + 1h, .boot = boot_then + 1h}, .boot = start};
}

struct Row {
  const char* name;
  BootId got_in;                ///< the start that the token was got in
  BootId (*now_in)() noexcept;  ///< the start that it is asked for in
  seconds wall_later;           ///< how far the wall clock has gone
  seconds boot_later;           ///< how far the boot clock has gone
  seconds left;
};

}  // namespace

TEST_CASE("measures the time left by the earlier clock of one boot, after a restart by the wall clock",
          "[clock]") {
  const auto row = GENERATE(values<Row>({
      {"at once", this_start, same, 0s, 0s, 1h},
      {"later", this_start, same, 600s, 600s, 3000s},
      {"in the last second", this_start, same, 3599s, 3599s, 1s},
      {"at the end", this_start, same, 3600s, 3600s, 0s},
      {"past the end", this_start, same, 3700s, 3700s, -100s},
      {"the wall clock was set back a year", this_start, same, 600s - 8760h, 600s, 3000s},
      {"the wall clock was set back past the end", this_start, same, 10s, 3700s, -100s},
      {"the wall clock was set back a little", this_start, same, 0s, 600s, 3000s},
      {"the wall clock was set ahead a year", this_start, same, 600s + 8760h, 600s, 3000s - 8760h},
      {"the wall clock was set ahead a little", this_start, same, 900s, 600s, 2700s},
      {"the machine was paused, and the boot clock with it", this_start, same, 3700s, 10s, -100s},
      {"the boot clock is that of a snapshot", this_start, same, 600s, -5000s, 3000s},
      {"a snapshot, after the expiry", this_start, same, 3700s, -5000s, -100s},
      {"the machine was suspended, and both clocks advanced", this_start, same, 7200s, 7200s, -3600s},
      {"the machine was started anew", this_start, other, 600s, -49'990s, 3000s},
      {"the machine was started anew, long ago", this_start, other, 3700s, -48'000s, -100s},
      {"the machine was started anew and runs for longer", this_start, other, 600s, 3700s, 3000s},
      {"this boot is unknown", this_start, unknown, 600s, -49'990s, 3000s},
      {"the boot of the request is unknown", unknown_start, same, 600s, -49'990s, 3000s},
      {"both boots are unknown", unknown_start, unknown, 600s, -49'990s, 3000s},
      {"both boots are unknown, and the wall clock was set ahead", unknown_start, unknown, 3700s, 600s,
       -100s},
      {"the clocks differ by the rounding", this_start, same, 600s, 601s, 2999s},
      {"the clocks differ by the rounding the other way", this_start, same, 601s, 600s, 2999s},
  }));

  DYNAMIC_SECTION(row.name) {
    const ClockReading now{.wall = wall_then + row.wall_later, .boot = boot_then + row.boot_later};
    CHECK(time_left(expiry_with(row.got_in), now, row.now_in) == row.left);
  }
}

TEST_CASE("reads the boot id only if the clocks disagree", "[clock]") {
  const Expiry expiry = expiry_with(this_start);

  boots_asked = 0;
  (void)time_left(expiry, {.wall = wall_then + 600s, .boot = boot_then + 600s}, same);
  (void)time_left(expiry, {.wall = wall_then + 600s, .boot = boot_then + 601s}, same);
  CHECK(boots_asked == 0);

  (void)time_left(expiry, {.wall = wall_then + 600s, .boot = boot_then + 602s}, same);
  CHECK(boots_asked == 1);
}

TEST_CASE("an expiry has a time on both clocks", "[clock]") {
  const Expiry expiry = Expiry::after({.wall = wall_then, .boot = boot_then}, 3540s);

  CHECK(expiry.moment.wall == wall_then + 3540s);
  CHECK(expiry.moment.boot == boot_then + 3540s);
  CHECK(expiry.boot == current_boot());
}

TEST_CASE("an expiry leaves the whole lifetime", "[clock]") {
  const Expiry expiry = Expiry::after(ClockReading::now(), 3600s);
  const seconds left = time_left(expiry, ClockReading::now(), current_boot);

  CHECK(left <= 3600s);
  CHECK(left >= 3595s);
}

TEST_CASE("a reading has the time of the system's clocks", "[clock]") {
  timespec wall{};
  timespec since_start{};
  ::clock_gettime(CLOCK_REALTIME, &wall);
  ::clock_gettime(CLOCK_BOOTTIME, &since_start);

  const ClockReading now = ClockReading::now();

  CHECK(now.wall.time_since_epoch().count() - wall.tv_sec <= 5);
  CHECK(now.wall.time_since_epoch().count() >= wall.tv_sec);
  CHECK(now.boot.time_since_epoch().count() - since_start.tv_sec <= 5);
  CHECK(now.boot.time_since_epoch().count() >= since_start.tv_sec);
}

TEST_CASE("the boot clock counts milliseconds, including suspend", "[clock]") {
  const auto exactly = [] {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return BootTime(std::chrono::floor<std::chrono::milliseconds>(seconds(time.tv_sec) +
                                                                  std::chrono::nanoseconds(time.tv_nsec)));
  };

  const BootTime before = exactly();
  const BootTime now = BootClock::now();
  const BootTime after = exactly();

  CHECK(before <= now);
  CHECK(now <= after);
  CHECK(std::chrono::floor<seconds>(now) - ClockReading::now().boot <= 0s);
}

TEST_CASE("the boot id is constant during a boot", "[clock]") { CHECK(current_boot() == current_boot()); }

}  // namespace sase
