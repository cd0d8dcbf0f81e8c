// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace sase::sandbox {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};

constexpr std::array<Unit, 6> units{
    {{"ms", 1}, {"s", 1000}, {"", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

constexpr std::chrono::milliseconds longest = std::chrono::hours{24 * 366};

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const char* const end = text.data() + text.size();
  std::uint32_t amount = 0;
  const auto [rest, error] = std::from_chars(text.data(), end, amount);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view name(rest, static_cast<std::size_t>(end - rest));
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    const std::chrono::milliseconds duration(unit.milliseconds * amount);
    if (duration > longest) return std::nullopt;
    return duration;
  }
  return std::nullopt;
}

}  // namespace sase::sandbox
