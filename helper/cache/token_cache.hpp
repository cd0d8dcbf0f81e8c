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
#include <utility>

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

/// Stores each token in an encrypted file, in a directory that only its owner can open.
class FileCache : public TokenCache {
 public:
  /// store() creates the directory if it does not exist.
  explicit FileCache(std::string directory) : directory_(std::move(directory)) {}

  [[nodiscard]] std::optional<Token> find(const Identity& identity) override;
  void store(const Identity& identity, const Token& token) override;
  void remove(const Identity& identity) override;

 private:
  std::string directory_;
};

/// Stores each encrypted token in the kernel's user keyring: in memory only, found by all processes of the
/// user in every session, and removed by the kernel when the token expires.
///
/// An entry holds at most 32,767 bytes; the rest of a longer token is in further entries. (Entries of the
/// type "big_key" are larger, but many kernels are built without it.) The further entries are written before
/// the first one replaces its predecessor, and their names contain the serial number of the first one, so
/// that a reader either finds entries that belong together or reads again. Further entries that a killed
/// process leaves behind expire with the token. store() throws for a token beyond kernel.keys.maxbytes
/// (20,000 bytes for an ordinary user).
class KeyringCache : public TokenCache {
 public:
  static constexpr std::string_view usual_prefix = "sase-credential:";

  /// `prefix` is the beginning of the name of each entry.
  explicit KeyringCache(std::string_view prefix = usual_prefix) : prefix_(prefix) {}

  [[nodiscard]] std::optional<Token> find(const Identity& identity) override;
  void store(const Identity& identity, const Token& token) override;
  void remove(const Identity& identity) override;

 private:
  [[nodiscard]] std::string entry_name(const Identity& identity) const {
    return prefix_ + identity.file_stem();
  }

  std::string prefix_;
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
