// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <cstddef>
#include <string_view>

namespace sase::api_key {

/// The long-lived secret that the service exchanges for tokens: one line of printable ASCII, not empty, at
/// most 16 KiB. Its format beyond that is the service's.
class ApiKey {
 public:
  static constexpr std::size_t max_size = 16384;

  /// Takes ownership of the text and removes one line end. Throws protocol::ProtocolError for a text that is
  /// not a key.
  explicit ApiKey(protocol::Secret text);

  [[nodiscard]] std::string_view reveal() const noexcept { return text_.reveal(); }
  [[nodiscard]] protocol::Secret take() && noexcept { return std::move(text_); }

 private:
  protocol::Secret text_;
};

}  // namespace sase::api_key
