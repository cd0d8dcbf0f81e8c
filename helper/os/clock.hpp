// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include <time.h>

namespace sase::os {

/// CLOCK_REALTIME, cut to whole seconds.
[[nodiscard]] inline std::chrono::sys_seconds wall_time() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return std::chrono::sys_seconds(std::chrono::seconds(time.tv_sec));
}

/// CLOCK_BOOTTIME: the time since the machine started, including suspend. It cannot be set.
struct BootClock {
  using duration = std::chrono::milliseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;

  [[nodiscard]] static time_point now() noexcept {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return time_point(std::chrono::floor<duration>(std::chrono::seconds(time.tv_sec) +
                                                   std::chrono::nanoseconds(time.tv_nsec)));
  }
};

}  // namespace sase::os
