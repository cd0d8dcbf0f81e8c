// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sase::sandbox {

/// The one of `known` that takes the fewest single-letter edits to become `word`: what was probably meant.
/// `known` must not be empty.
[[nodiscard]] std::string nearest_name(std::string_view word, const std::vector<std::string>& known);

/// `, did you mean 'x'` for the nearest of the `|`-separated lower-case words in `values`; empty when none is
/// near enough to be what was meant.
[[nodiscard]] std::string suggestion(std::string_view values, std::string_view word);

}  // namespace sase::sandbox
