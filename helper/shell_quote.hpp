// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sase {

/// A word that a person may copy into a shell: as it is where that means itself there, else in single quotes
/// (POSIX, "Single-Quotes"). A byte that is not printable is escaped as in all messages, and must be typed.
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace sase
