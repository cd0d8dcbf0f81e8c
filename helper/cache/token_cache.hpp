// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cache/encryption.hpp"
#include "helper/cache/identity.hpp"

#include <optional>

namespace sase::cache {

/// Where tokens are kept between calls, for all processes of one user. Every kind passes the same tests
/// (tests/contracts). Throws std::system_error when the place cannot be used; what is damaged there is not an
/// error but a token that is not there.
class TokenCache {
 public:
  TokenCache() = default;
  TokenCache(const TokenCache&) = delete;
  TokenCache& operator=(const TokenCache&) = delete;
  virtual ~TokenCache() = default;

  /// The token kept for an identity, fresh or not.
  [[nodiscard]] virtual std::optional<CachedToken> find(const Identity& identity) = 0;

  /// Keeps a token in place of the one before. The caller holds the identity's lock.
  virtual void store(const Identity& identity, const CachedToken& token) = 0;

  /// Forgets the token. The caller holds the identity's lock.
  virtual void remove(const Identity& identity) = 0;
};

}  // namespace sase::cache
