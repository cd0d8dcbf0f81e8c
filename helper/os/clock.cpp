// SPDX-License-Identifier: Apache-2.0
#include "helper/os/clock.hpp"

#include <time.h>

namespace sase::os {

namespace {

timespec read_clock(clockid_t clock) noexcept {
  timespec time{};
  ::clock_gettime(clock, &time);
  return time;
}

}  // namespace

std::chrono::sys_seconds wall_time() noexcept {
  return std::chrono::sys_seconds(std::chrono::seconds(read_clock(CLOCK_REALTIME).tv_sec));
}

BootClock::time_point BootClock::now() noexcept {
  const timespec time = read_clock(CLOCK_BOOTTIME);
  return time_point(std::chrono::floor<duration>(std::chrono::seconds(time.tv_sec) +
                                                 std::chrono::nanoseconds(time.tv_nsec)));
}

}  // namespace sase::os
