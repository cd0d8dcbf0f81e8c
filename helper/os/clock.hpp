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
[[nodiscard]] inline std::chrono::nanoseconds boot_time() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace sase::os
