// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cache/identity.hpp"
#include "helper/clock.hpp"
#include "protocol/bearer_token.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sase::cache {

/// A token with its end.
struct CachedToken {
  protocol::BearerToken token;
  Expiry expiry;
};

/// The bytes a token is kept as: a plain head with the token's times, then the token, encrypted and
/// authenticated with XChaCha20-Poly1305 under the identity's key. Head and identity are authenticated with
/// it, so bytes that were changed, cut, or sealed for another identity do not open.
class TokenCipher {
 public:
  static constexpr std::size_t head_size = 80;
  static constexpr std::size_t tag_size = 16;
  static constexpr std::size_t max_size = head_size + protocol::BearerToken::max_size + tag_size;

  [[nodiscard]] static std::string encrypt(const CachedToken& token, const Identity& identity);

  /// The token and its times, or nothing when the bytes do not open. `head` is what close() put first,
  /// `sealed` the rest; it is decrypted where it is, so that no second copy of the token is made.
  [[nodiscard]] static std::optional<CachedToken> decrypt(std::string_view head, protocol::Secret sealed,
                                                          const Identity& identity);
};

}  // namespace sase::cache
