// SPDX-License-Identifier: Apache-2.0
#include "helper/clock.hpp"

#include "helper/os/fd.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstddef>

namespace sase {

namespace {

using std::chrono::seconds;

/// Both clocks are cut to whole seconds, each at its own moment, so they may seem to differ by this much.
constexpr seconds rounding{1};

}  // namespace

ClockReading ClockReading::now() noexcept {
  return {.wall = os::wall_time(), .boot = std::chrono::floor<seconds>(BootClock::now())};
}

BootId current_boot() noexcept {
  std::array<char, 40> text{};
  const std::size_t size = os::read_file("/proc/sys/kernel/random/boot_id", text);
  BootId id{};
  sodium_hex2bin(reinterpret_cast<unsigned char*>(id.data()), id.size(), text.data(), size, "-\n", nullptr,
                 nullptr);
  return id;
}

Expiry Expiry::after(const ClockReading& start, seconds lifetime) noexcept {
  return {.moment = {.wall = start.wall + lifetime, .boot = start.boot + lifetime}, .boot = current_boot()};
}

seconds time_left(const Expiry& expiry, const ClockReading& now, BootId (*boot)() noexcept) {
  const seconds by_wall = expiry.moment.wall - now.wall;
  const seconds by_boot = expiry.moment.boot - now.boot;
  const seconds difference = by_wall - by_boot;
  if (difference >= -rounding && difference <= rounding) return std::min(by_wall, by_boot);
  const BootId now_boot = boot();
  const bool is_another_boot = expiry.boot != BootId{} && now_boot != BootId{} && expiry.boot != now_boot;
  return is_another_boot ? by_wall : std::min(by_wall, by_boot);
}

}  // namespace sase
