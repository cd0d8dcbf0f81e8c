// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sase::protocol {

/// Untrusted text in a form that is safe in a message and on a terminal: printable ASCII is unchanged, a
/// backslash becomes `\\` and any other byte `\xNN`. Text of more than 200 bytes is truncated with `...`.
[[nodiscard]] std::string escape(std::string_view untrusted);

/// A word for a POSIX shell: unquoted if that is safe, else in single quotes. With bytes that are not
/// printable ASCII, a command substitution that prints them, so that the word can be pasted as it is.
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace sase::protocol
