// SPDX-License-Identifier: Apache-2.0
#include "helper/nearest_name.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace sase::helper {

namespace {

/// No name of ours is longer; a longer word is no misspelt name.
constexpr std::size_t longest_name = 64;

/// Levenshtein's distance: how many single letters must be added, removed or changed.
std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t changed = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearest_name(std::string_view given, std::span<const std::string_view> known) {
  if (given.empty() || given.size() > longest_name) return {};
  std::string_view best;
  std::size_t fewest = std::max<std::size_t>(given.size() / 3, 1) + 1;
  for (const std::string_view name : known) {
    const std::size_t distance = edit_distance(given, name);
    if (distance >= fewest) continue;
    fewest = distance;
    best = name;
  }
  return best;
}

std::string suggest(std::string_view given, std::span<const std::string_view> known, std::string otherwise) {
  const std::string_view near = nearest_name(given, known);
  return near.empty() ? std::move(otherwise) : "did you mean '" + std::string(near) + "'?";
}

}  // namespace sase::helper
