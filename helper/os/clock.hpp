// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace sase::os {

/// CLOCK_REALTIME, cut to whole seconds.
[[nodiscard]] std::chrono::sys_seconds wall_time() noexcept;

/// CLOCK_BOOTTIME: the time since the machine started, including suspend. It cannot be set.
struct BootClock {
  using duration = std::chrono::milliseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;

  [[nodiscard]] static time_point now() noexcept;
};

}  // namespace sase::os
