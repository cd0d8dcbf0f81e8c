// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace sase::sandbox {

/// `size` unpredictable characters of the base64url alphabet.
[[nodiscard]] std::string random_base64url(std::size_t size);

/// `size` unpredictable lower-case letters.
[[nodiscard]] std::string random_letters(std::size_t size);

/// Unpredictable text of exactly `size` bytes that looks like a JWT if it is long enough:
/// three base64url parts, the first of which is a real JOSE header.
[[nodiscard]] std::string random_jwt(std::size_t size);

}  // namespace sase::sandbox
