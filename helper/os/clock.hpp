// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace sase::os {

/// CLOCK_REALTIME, cut to whole seconds.
[[nodiscard]] std::chrono::sys_seconds wall_time() noexcept;

/// CLOCK_BOOTTIME: the time since the machine started, including suspend. It cannot be set.
[[nodiscard]] std::chrono::nanoseconds boot_time() noexcept;

}  // namespace sase::os
