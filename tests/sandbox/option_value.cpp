// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/option_value.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <numeric>

namespace sase::sandbox {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};

constexpr std::array<Unit, 6> units{
    {{"ms", 1}, {"s", 1000}, {"", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

constexpr std::chrono::milliseconds longest = std::chrono::hours{24 * 366};

// Bounds the cost, which grows with the product of the lengths.
constexpr std::size_t longest_name = 64;

std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

/// False for placeholders such as `1..300000` or `URL`.
bool is_name(std::string_view text) {
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

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

std::string nearest_name(std::string_view name, const std::vector<std::string>& known) {
  assert(!known.empty());
  const std::string_view start = name.substr(0, longest_name);
  return *std::min_element(known.begin(), known.end(), [start](const std::string& a, const std::string& b) {
    return edit_distance(start, a) < edit_distance(start, b);
  });
}

std::string suggestion(std::string_view values, std::string_view name) {
  std::vector<std::string> known;
  while (!values.empty()) {
    const std::size_t bar = std::min(values.find('|'), values.size());
    if (is_name(values.substr(0, bar))) known.emplace_back(values.substr(0, bar));
    values.remove_prefix(std::min(bar + 1, values.size()));
  }
  if (known.empty()) return {};
  const std::string nearest = nearest_name(name, known);
  if (edit_distance(name.substr(0, longest_name), nearest) * 2 > nearest.size()) return {};
  return ", did you mean '" + nearest + "'";
}

}  // namespace sase::sandbox
