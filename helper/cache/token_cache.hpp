// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cache/encryption.hpp"
#include "helper/config/settings.hpp"
#include "helper/environment.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sase::cache {

/// The tokens of all processes of one user. Every kind passes the same tests (tests/contracts). Throws
/// std::system_error if the store cannot be used; a damaged token counts as absent.
class TokenCache {
 public:
  TokenCache() = default;
  TokenCache(const TokenCache&) = delete;
  TokenCache& operator=(const TokenCache&) = delete;
  virtual ~TokenCache() = default;

  /// The token of an identity, expired or not.
  [[nodiscard]] virtual std::optional<Token> find(const Identity& identity) = 0;

  /// Replaces the token of the identity. The caller holds the refresh lock.
  virtual void store(const Identity& identity, const Token& token) = 0;

  /// Removes the token. The caller holds the refresh lock.
  virtual void remove(const Identity& identity) = 0;
};

/// The cache of a kind. `directory` is the state directory, if there is one. Null if the kind stores nothing
/// or has no place to store it.
[[nodiscard]] std::unique_ptr<TokenCache> make_token_cache(config::CacheKind kind,
                                                           const std::optional<std::string>& directory);

/// Removes every cached token of a profile, in files and in the kernel's keyring, for any API key. Returns
/// their number. Throws std::system_error for a directory or file that cannot be used. A kernel without
/// keyrings counts as an empty one.
std::size_t remove_profile_tokens(std::string_view profile, const Environment& environment);

}  // namespace sase::cache
