// SPDX-License-Identifier: Apache-2.0
#include "helper/names.hpp"

#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"

namespace sase {

namespace {

/// All known names are shorter. Bounds the cost of the comparison.
constexpr std::size_t longest_name = 64;

/// The cost of one edit. Swapping neighbors costs half, because it is the most frequent mistake.
constexpr std::size_t edit_cost = 2;

using protocol::to_lower;

/// The optimal string alignment distance, ignoring case: insertions, deletions, substitutions and swaps of
/// neighbors.
std::size_t edit_distance(std::string_view left, std::string_view right) {
  using Row = std::vector<std::size_t>;
  std::vector<Row> rows(left.size() + 1, Row(right.size() + 1));
  for (std::size_t j = 0; j <= right.size(); ++j)
    rows[0][j] = edit_cost * j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    rows[i][0] = edit_cost * i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const char from = to_lower(left[i - 1]);
      const char to = to_lower(right[j - 1]);
      const std::size_t changed = rows[i - 1][j - 1] + (from == to ? 0 : edit_cost);
      rows[i][j] = std::min({changed, rows[i - 1][j] + edit_cost, rows[i][j - 1] + edit_cost});
      const bool swapped = i > 1 && j > 1 && from == to_lower(right[j - 2]) && to_lower(left[i - 2]) == to;
      if (swapped) rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows.back().back();
}

}  // namespace

std::vector<std::string_view> to_names(std::span<const NamedValue> values) {
  std::vector<std::string_view> names;
  for (const NamedValue& value : values)
    names.push_back(value.name);
  return names;
}

std::string_view nearest_name(std::string_view given, std::span<const std::string_view> known) {
  return nearest_within(std::max<std::size_t>(given.size() / 3, 1), given, known);
}

std::string_view nearest_within(std::size_t mistakes, std::string_view given,
                                std::span<const std::string_view> known) {
  if (given.empty() || given.size() > longest_name) return {};
  std::string_view best;
  std::size_t fewest = edit_cost * mistakes + 1;
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

bool may_be_key(std::string_view text) noexcept {
  constexpr std::size_t key_length = 32;
  std::size_t length = 0;
  return std::ranges::any_of(text, [&length](char c) {
    length = std::string_view("./:@").find(c) == std::string_view::npos ? length + 1 : 0;
    return length >= key_length;
  });
}

bool is_quoted(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 7> quotes = {
      "'", "\"", "`", "\xe2\x80\x98", "\xe2\x80\x99", "\xe2\x80\x9c", "\xe2\x80\x9d"};
  return std::ranges::any_of(
      quotes, [text](std::string_view quote) { return text.starts_with(quote) || text.ends_with(quote); });
}

bool is_utf16(std::string_view text) noexcept {
  return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff") ||
         (text.size() > 1 && (text[0] == '\0' || text[1] == '\0'));
}

std::string quote_if_short(std::string_view word) {
  constexpr std::size_t longest_shown = 24;
  return word.size() > longest_shown ? std::string() : " '" + protocol::escape(word) + "'";
}

}  // namespace sase
