// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sase::protocol {

/// Whether a text is UTF-8 that is safe in a message and on a terminal: without control characters, and
/// without those that hide or reorder text.
[[nodiscard]] bool is_printable_text(std::string_view text) noexcept;

/// At most `limit` bytes from the beginning of a text, without a part of a character.
[[nodiscard]] std::string_view cut(std::string_view text, std::size_t limit) noexcept;

/// The same, but a text that is cut ends with `...`.
[[nodiscard]] std::string truncated(std::string_view text, std::size_t limit);

/// Untrusted text as is_printable_text(): printable characters are unchanged, a backslash becomes `\\` and
/// any other byte `\xNN`. Text of more than 200 bytes is truncated with `...`.
[[nodiscard]] std::string escape(std::string_view untrusted);

/// A word for a shell: unquoted if that is safe, else in single quotes. With bytes that are not printable
/// text, in the form `$'...'` of POSIX.1-2024, which bash, ksh and zsh know as well.
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace sase::protocol
