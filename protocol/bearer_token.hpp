// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <cstddef>
#include <string_view>

namespace sase::protocol {

/// An access token of RFC 6750 section 2.1, `b64token`. No byte of it can end a line, a header or a shell
/// word.
class BearerToken {
 public:
  /// Maximum size in bytes; gateways accept only smaller headers.
  static constexpr std::size_t max_size = 65536;

  /// Throws ProtocolError if the text is empty, too long or not b64token text.
  explicit BearerToken(Secret text);

  [[nodiscard]] std::string_view reveal() const noexcept { return text_.reveal(); }

 private:
  Secret text_;
};

}  // namespace sase::protocol
