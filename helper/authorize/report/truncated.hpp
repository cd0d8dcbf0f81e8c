// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace sase::authorize {

/// Words that the front takes, which refuses a reply that is not printable or too long: escaped where they
/// hold anything else, and cut to `limit` bytes, which are at least 3, with `...` at the end.
[[nodiscard]] std::string truncated(std::string words, std::size_t limit);

}  // namespace sase::authorize
