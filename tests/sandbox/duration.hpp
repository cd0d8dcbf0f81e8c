// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace sase::sandbox {

/// A duration as people write it: digits and one of `ms`, `s`, `m`, `h`, `d`; bare digits are seconds.
/// Nothing for any other text, or for more than 366 days.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace sase::sandbox
