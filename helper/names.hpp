// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sase {

/// A value that can be typed, such as a region, with its meaning as one line for help.
struct NamedValue {
  std::string_view name;
  std::string_view meaning;
};

/// The names and meanings of a table, for help and completion.
template <typename Row, std::size_t size>
[[nodiscard]] constexpr std::array<NamedValue, size> to_named_values(const std::array<Row, size>& table) {
  std::array<NamedValue, size> values;
  std::ranges::transform(table, values.begin(), [](const Row& row) {
    return NamedValue{row.name, row.meaning};
  });
  return values;
}

[[nodiscard]] std::vector<std::string_view> to_names(std::span<const NamedValue> values);

/// The texts, separated by commas.
template <typename Texts>
[[nodiscard]] std::string join(const Texts& texts) {
  std::string list;
  for (const auto& text : texts)
    list.append(list.empty() ? "" : ", ").append(text);
  return list;
}

/// The known name with the smallest edit distance to `given`, if at most a third of its letters differ; else
/// empty.
[[nodiscard]] std::string_view nearest_name(std::string_view given, std::span<const std::string_view> known);

/// The nearest known name that is at most `mistakes` edits away, or empty.
[[nodiscard]] std::string_view nearest_within(std::size_t mistakes, std::string_view given,
                                              std::span<const std::string_view> known);

/// The hint "did you mean 'x'?", or `otherwise` if no name is near.
[[nodiscard]] std::string suggest(std::string_view given, std::span<const std::string_view> known,
                                  std::string otherwise = {});

/// Whether a text has so long a part without '.', ':', '/' and '@' that it may be a misplaced key. Names of
/// hosts and files rarely have one.
[[nodiscard]] bool may_be_key(std::string_view text) noexcept;

/// Whether a word in the place of a file or program may be a key: it names no directory.
[[nodiscard]] inline bool may_be_bare_key(std::string_view text) noexcept {
  return text.find('/') == std::string_view::npos && may_be_key(text);
}

/// Whether a text begins or ends with a quotation mark, of a text program and Markdown as well.
[[nodiscard]] bool is_quoted(std::string_view text) noexcept;
/// Whether a text, of ASCII characters, is encoded in UTF-16.
[[nodiscard]] bool is_utf16(std::string_view text) noexcept;

/// ` 'word'` for a message about an unknown word. Empty for a long one, which may be a misplaced key.
[[nodiscard]] std::string quote_if_short(std::string_view word);

}  // namespace sase
