// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/nearest_name.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <numeric>

namespace sase::sandbox {

namespace {

// Beyond this the distance tells nothing, and its cost grows with the product of the lengths.
constexpr std::size_t longest_word = 64;

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

/// False for what stands for many values, such as `1..300000` or `URL`.
bool is_word(std::string_view text) {
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

}  // namespace

std::string nearest_name(std::string_view word, const std::vector<std::string>& known) {
  assert(!known.empty());
  const std::string_view start = word.substr(0, longest_word);
  return *std::min_element(known.begin(), known.end(), [start](const std::string& a, const std::string& b) {
    return edit_distance(start, a) < edit_distance(start, b);
  });
}

std::string suggestion(std::string_view values, std::string_view word) {
  std::vector<std::string> known;
  while (!values.empty()) {
    const std::size_t bar = std::min(values.find('|'), values.size());
    if (is_word(values.substr(0, bar))) known.emplace_back(values.substr(0, bar));
    values.remove_prefix(std::min(bar + 1, values.size()));
  }
  if (known.empty()) return {};
  const std::string nearest = nearest_name(word, known);
  if (edit_distance(word.substr(0, longest_word), nearest) * 2 > nearest.size()) return {};
  return ", did you mean '" + nearest + "'";
}

}  // namespace sase::sandbox
