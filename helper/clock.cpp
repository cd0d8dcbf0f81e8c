// SPDX-License-Identifier: Apache-2.0
#include "helper/clock.hpp"

#include "helper/os/stream.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace sase {

namespace {

using std::chrono::seconds;

/// Both clocks are cut to whole seconds, each at its own moment, so they may seem to differ by this much.
constexpr seconds rounding{1};

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// The 16 bytes of a UUID as text.
BootId parse_uuid(std::string_view text) noexcept {
  BootId id{};
  std::size_t digits = 0;
  for (const char c : text) {
    const int value = hex_value(c);
    if (value < 0 || digits / 2 == id.size()) continue;
    id[digits / 2] = static_cast<char>(id[digits / 2] << 4 | value);
    ++digits;
  }
  return id;
}

}  // namespace

ClockReading ClockReading::now() noexcept {
  return {.wall = os::wall_time(), .boot = std::chrono::floor<seconds>(BootClock::now())};
}

BootId current_boot() noexcept {
  std::array<char, 40> text{};
  const std::size_t size = os::read_file("/proc/sys/kernel/random/boot_id", text);
  return parse_uuid({text.data(), size});
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
  if (expiry.boot == BootId{} || now_boot == BootId{}) return std::min(by_wall, by_boot);
  return now_boot == expiry.boot ? by_boot : by_wall;
}

}  // namespace sase
