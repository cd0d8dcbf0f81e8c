// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sase {

/// A word for a POSIX shell: unquoted if that is safe, else in single quotes. Bytes that are not printable
/// are escaped as in messages.
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace sase
