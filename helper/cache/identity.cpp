// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/identity.hpp"

#include <sodium.h>

#include <cstddef>
#include <cstdint>

namespace sase::helper {

namespace {

constexpr std::size_t sealing_key_size = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t fingerprint_size = 32;
constexpr std::size_t name_bytes = 16;

/// Keeps this use of the hash apart from every other one (BLAKE2's personalisation, 16 bytes).
constexpr unsigned char key_purpose[crypto_generichash_blake2b_PERSONALBYTES + 1] = "sase-cred-key-v1";
constexpr unsigned char identity_purpose[crypto_generichash_blake2b_PERSONALBYTES + 1] = "sase-cred-id--v1";

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// Hashes texts so that no two lists of texts make the same input.
class Hash {
 public:
  Hash(const unsigned char* purpose, std::size_t output_size) noexcept : output_size_(output_size) {
    crypto_generichash_blake2b_init_salt_personal(&state_, nullptr, 0, output_size, nullptr, purpose);
  }
  Hash(const Hash&) = delete;
  Hash& operator=(const Hash&) = delete;
  ~Hash() { sodium_memzero(&state_, sizeof state_); }

  void add(std::string_view text) noexcept {
    const auto size = static_cast<std::uint64_t>(text.size());
    std::array<unsigned char, sizeof size> prefix{};
    for (std::size_t i = 0; i < prefix.size(); ++i)
      prefix[i] = static_cast<unsigned char>(size >> (8 * i));
    crypto_generichash_blake2b_update(&state_, prefix.data(), prefix.size());
    crypto_generichash_blake2b_update(&state_, bytes_of(text), text.size());
  }

  void finish(unsigned char* output) noexcept {
    crypto_generichash_blake2b_final(&state_, output, output_size_);
  }

 private:
  crypto_generichash_blake2b_state state_;
  std::size_t output_size_;
};

void append_hex(std::string& text, std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4U];
    text += digits[byte & 0xfU];
  }
}

}  // namespace

Identity::Identity(std::string_view profile, std::string_view authorize_url, std::string_view api_key)
    : sealing_key_(protocol::Secret::with_capacity(sealing_key_size + fingerprint_size)),
      file_stem_(profile) {
  // 64 bytes of hash: the first half seals, the second is the fingerprint. Neither half tells the other.
  Hash key_hash(key_purpose, sealing_key_size + fingerprint_size);
  key_hash.add(api_key);
  key_hash.finish(
      reinterpret_cast<unsigned char*>(sealing_key_.room(sealing_key_size + fingerprint_size).data()));
  sealing_key_.commit(sealing_key_size + fingerprint_size);

  Hash identity_hash(identity_purpose, size);
  identity_hash.add(profile);
  identity_hash.add(authorize_url);
  identity_hash.add(sealing_key_.reveal().substr(sealing_key_size));
  identity_hash.finish(bytes_.data());
  sealing_key_.shrink(sealing_key_size);

  file_stem_ += '@';
  append_hex(file_stem_, {reinterpret_cast<const char*>(bytes_.data()), name_bytes});
}

}  // namespace sase::helper
