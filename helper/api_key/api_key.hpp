// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <cstddef>
#include <string_view>

namespace sase::api_key {

/// The long-lived secret that is traded for tokens. Its shape is the service's affair; ours is that it is one
/// line of printable ASCII, not empty and at most 16 KiB long.
class ApiKey {
 public:
  static constexpr std::size_t max_size = 16384;

  /// Takes the text over, less one line end at its end. Throws protocol::ProtocolError for a text that cannot
  /// be a key.
  explicit ApiKey(protocol::Secret text);

  [[nodiscard]] std::string_view reveal() const noexcept { return text_.reveal(); }
  [[nodiscard]] protocol::Secret take() && noexcept { return std::move(text_); }

 private:
  protocol::Secret text_;
};

}  // namespace sase::api_key
