// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/clock.hpp"

#include <array>
#include <chrono>

namespace sase {

/// Tells one start of the machine from another (`/proc/sys/kernel/random/boot_id`). All zero where unknown.
using BootId = std::array<char, 16>;

/// For what is counted in minutes and must not be stretched or cut by setting the wall clock.
using os::BootClock;
using BootTime = BootClock::time_point;
using BootSeconds = std::chrono::time_point<BootClock, std::chrono::seconds>;

/// One instant on both clocks.
struct ClockReading {
  std::chrono::sys_seconds wall;  ///< what people and other programs go by; it can be set
  BootSeconds boot;

  [[nodiscard]] static ClockReading now() noexcept;
};

/// This machine's start. Reads a file, so ask only where it matters.
[[nodiscard]] BootId current_boot() noexcept;

/// When a token ends, on both clocks of the machine that got it.
struct Expiry {
  ClockReading moment;
  BootId boot{};

  /// The end of something that lives `lifetime` from `start`.
  [[nodiscard]] static Expiry after(const ClockReading& start, std::chrono::seconds lifetime) noexcept;
};

/// The lifetime that is left, zero or less after the expiry. On one boot the earlier of both clocks decides:
/// the wall clock may have been set back, and the boot clock stands still while a virtual machine or a
/// container is paused. After a restart the wall clock decides. `boot` is called only if the clocks disagree.
[[nodiscard]] std::chrono::seconds time_left(const Expiry& expiry, const ClockReading& now,
                                             BootId (*boot)() noexcept);

}  // namespace sase
