// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sase::protocol {

/// Base64 with padding (RFC 4648 section 4).
[[nodiscard]] std::string encode_base64(std::string_view bytes);

/// Nothing for any other text, such as one with white space.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace sase::protocol
