// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sase {

/// A word that can be typed and what it means, in one line for help: a value of a setting, a format, a topic.
struct NamedValue {
  std::string_view name;
  std::string_view meaning;
};

/// Their names alone, for suggestions.
[[nodiscard]] std::vector<std::string_view> names_of(std::span<const NamedValue> words);

/// Their names in a sentence: `a, b, c`.
[[nodiscard]] std::string list_of(std::span<const NamedValue> words);

}  // namespace sase
