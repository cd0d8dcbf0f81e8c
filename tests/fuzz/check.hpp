// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace sase::fuzz {

/// An invariant does not hold.
class Broken : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Throws Broken, which names the invariant, unless it holds.
void check(bool holds, const char* invariant);

/// Removes the first line from the front and returns it without its line end.
[[nodiscard]] std::string_view take_line(std::string_view& bytes) noexcept;

/// Another text of the same shape: each letter from h to z becomes the next one, so that hexadecimal digits
/// stay. A message that does not depend on a secret is the same for the secret and for this text.
[[nodiscard]] std::string disguise(std::string_view secret);

// Written independently of the product, so that both would have to contain the same error.

/// Whether a text is printable UTF-8.
[[nodiscard]] bool is_printable(std::string_view text) noexcept;

/// Whether there is no LF, CR or NUL.
[[nodiscard]] bool is_one_line(std::string_view text) noexcept;

/// RFC 6750 section 2.1, `b64token`, at most 64 KiB.
[[nodiscard]] bool is_b64token(std::string_view text) noexcept;

/// Whether a text contains 8 consecutive bytes of a secret; case is ignored.
[[nodiscard]] bool gives_away(std::string_view text, std::string_view secret);

}  // namespace sase::fuzz
