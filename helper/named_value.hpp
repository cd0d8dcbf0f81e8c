// SPDX-License-Identifier: Apache-2.0
#pragma once

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

[[nodiscard]] std::vector<std::string_view> to_names(std::span<const NamedValue> values);

/// The names, separated by commas.
[[nodiscard]] std::string format_list(std::span<const NamedValue> values);

}  // namespace sase
