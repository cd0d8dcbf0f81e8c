// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/encryption.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <sodium.h>

#include <algorithm>
#include <string>

namespace sase::fuzz {

namespace {

using cache::Identity;
using cache::TokenCipher;

const unsigned char* unsigned_bytes(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// The encryption of any text in the format of TokenCipher, with fixed times and a fixed nonce.
std::string encrypt(std::string_view text, const cache::Identity& identity) {
  std::string file = "sasetok1" + std::string(cache::TokenCipher::head_size - 8, '\7');
  const std::string nonce =
      file.substr(cache::TokenCipher::head_size - crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
  const std::string associated = file + std::string(identity.bytes().begin(), identity.bytes().end());
  file.resize(cache::TokenCipher::head_size + text.size() + cache::TokenCipher::tag_size);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      reinterpret_cast<unsigned char*>(file.data() + cache::TokenCipher::head_size), nullptr,
      unsigned_bytes(text), text.size(), unsigned_bytes(associated), associated.size(), nullptr,
      unsigned_bytes(nonce), unsigned_bytes(identity.encryption_key().reveal()));
  return file;
}

}  // namespace

/// The bytes as a cache file, as changes to a valid one, and as a text encrypted with the right key.
void cache_file(std::string_view bytes) {
  static const cache::Identity identity("default", "https://api.example.test/v3/auth/authorize", "a-key");
  static const std::string good = encrypt("to.ken==", identity);

  check(cache::TokenCipher::decrypt(bytes, identity).has_value() == (bytes == good),
        "only an encrypted file decrypts");

  std::string changed = good;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    changed[i % changed.size()] = static_cast<char>(changed[i % changed.size()] ^ bytes[i]);
  check(cache::TokenCipher::decrypt(changed, identity).has_value() == (changed == good),
        "a modified file does not decrypt");

  const auto forged = cache::TokenCipher::decrypt(encrypt(bytes, identity), identity);
  check(forged.has_value() == is_b64token(bytes), "only b64token text is a token");
  check(!forged || forged->bearer.reveal() == bytes, "decryption reverses encryption");
}

}  // namespace sase::fuzz
