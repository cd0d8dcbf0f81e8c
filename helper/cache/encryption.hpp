// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/access_token.hpp"
#include "protocol/secret.hpp"

#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sase::cache {

/// Writes the BLAKE2b hash of a list of texts; it is as long as `output`, at most 64 bytes. Each text is
/// preceded by its length, so that no two lists have the same input. `purpose` has 16 bytes and separates
/// this use of the hash from every other one (the personalization of BLAKE2).
void hash(std::string_view purpose, std::initializer_list<std::string_view> texts,
          std::span<unsigned char> output) noexcept;

/// A hash of 16 bytes in hexadecimal digits, to name a file.
[[nodiscard]] std::string hash_name(std::string_view purpose, std::initializer_list<std::string_view> texts);

/// Two lower-case digits a byte.
[[nodiscard]] std::string to_hexadecimal(std::span<const unsigned char> bytes);

/// What a cached token is bound to, and the key that encrypts it.
///
/// One BLAKE2b hash of the API key gives an encryption key and a fingerprint. The identity is the hash of
/// profile, authorize URL and fingerprint. If any of them changes, the token is searched under another name,
/// and it could not be decrypted either.
class Identity {
 public:
  static constexpr std::size_t size = 32;

  Identity(std::string_view profile, std::string_view authorize_url, std::string_view api_key);

  /// The name for a token of this identity: the profile, `@` and 32 hexadecimal digits. It reveals no secret.
  [[nodiscard]] const std::string& file_stem() const noexcept { return file_stem_; }

  [[nodiscard]] const std::array<unsigned char, size>& bytes() const noexcept { return bytes_; }
  [[nodiscard]] const protocol::Secret& encryption_key() const noexcept { return encryption_key_; }

 private:
  std::array<unsigned char, size> bytes_{};
  protocol::Secret encryption_key_;
  std::string file_stem_;
};

/// The stored form of a token: a head in plaintext with the expiry, then the token, encrypted and
/// authenticated with XChaCha20-Poly1305 under the key of the identity. The head and the identity are
/// authenticated as well, so bytes that were changed, truncated or encrypted for another identity cannot be
/// decrypted.
class TokenCipher {
 public:
  static constexpr std::size_t head_size = 80;
  static constexpr std::size_t tag_size = 16;
  static constexpr std::size_t max_size = head_size + protocol::BearerToken::max_size + tag_size;

  [[nodiscard]] static std::string encrypt(const Token& token, const Identity& identity);

  /// The token, or nothing if the bytes are not the result of encrypt() for this identity.
  [[nodiscard]] static std::optional<Token> decrypt(std::string_view bytes, const Identity& identity);
};

/// A random key that takes the place of the API key in the encryption of tokens, for a profile whose API key
/// is not read on every call (`api-key-command`).
///
/// It is stored in the kernel's user keyring, which removes it when the last token that it encrypts has
/// expired, or else in a file in memory. It does not survive a restart of the machine, so that the cached
/// token alone cannot be decrypted.
class WrappingKey {
 public:
  static constexpr std::size_t size = 32;

  /// `key_id` names it (make_command_key_id()). `directory` is the state directory if that is in memory; it
  /// need not exist.
  WrappingKey(const std::string& key_id, std::optional<std::string> directory,
              const std::string& prefix = "sase-credential:")
      : entry_(prefix + "wrapping-key:" + key_id),
        file_(key_id + ".wrapping-key"),
        directory_(std::move(directory)) {}

  /// Nothing if there is no key yet.
  [[nodiscard]] std::optional<protocol::Secret> find() const;

  /// The key, which is created if it does not exist. Its lifetime is extended to that of a new token. The
  /// caller holds the refresh lock, so that only one process creates it. Throws std::system_error if it
  /// cannot be stored.
  [[nodiscard]] protocol::Secret get_or_create() const;

  /// Whether it can be stored.
  [[nodiscard]] bool has_place() const noexcept;

 private:
  [[nodiscard]] std::optional<protocol::Secret> find_in_directory() const;

  std::string entry_;
  std::string file_;
  std::optional<std::string> directory_;
};

}  // namespace sase::cache
