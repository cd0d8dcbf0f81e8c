// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace sase::fuzz {

/// Something that must always hold did not.
class Broken : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Throws Broken unless it holds; `promise` says what should have.
void check(bool holds, const char* promise);

/// Takes the first line off the front, without its line end.
[[nodiscard]] std::string_view take_line(std::string_view& bytes) noexcept;

/// Another text of the same shape: every letter from h to z is the next one, so that hexadecimal digits stay.
/// What does not depend on a secret is the same for the secret and for this.
[[nodiscard]] std::string disguise(std::string_view secret);

// What is meant by these words, written without a look at the product's own idea of it.

/// Printable ASCII and nothing else.
[[nodiscard]] bool is_printable(std::string_view text) noexcept;

/// No byte that ends a line anywhere, nor a NUL.
[[nodiscard]] bool is_one_line(std::string_view text) noexcept;

/// RFC 6750 section 2.1, `b64token`, of 64 KiB at most.
[[nodiscard]] bool is_b64token(std::string_view text) noexcept;

/// Whether a text holds 8 bytes in a row of a secret, in whatever case.
[[nodiscard]] bool gives_away(std::string_view text, std::string_view secret);

}  // namespace sase::fuzz
