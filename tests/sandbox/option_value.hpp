// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sase::sandbox {

/// Parses digits and one of `ms`, `s`, `m`, `h`, `d`; digits alone are seconds. Nothing for any other text,
/// or for more than 366 days.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The element of `known` with the smallest edit distance to `name`. `known` must not be empty.
[[nodiscard]] std::string nearest_name(std::string_view name, const std::vector<std::string>& known);

/// `, did you mean 'x'` for the nearest of the `|`-separated names in `values`; empty if none is similar.
[[nodiscard]] std::string suggestion(std::string_view values, std::string_view name);

}  // namespace sase::sandbox
