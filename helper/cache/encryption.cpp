// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/encryption.hpp"

#include "helper/cache/digest.hpp"
#include "protocol/protocol_error.hpp"

#include <sodium.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

namespace sase::cache {

namespace {

constexpr std::size_t encryption_key_size = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t fingerprint_size = 32;
constexpr std::string_view key_purpose = "sase-cred-key-v1";
constexpr std::string_view identity_purpose = "sase-cred-id--v1";
static_assert(key_purpose.size() == crypto_generichash_blake2b_PERSONALBYTES);
static_assert(identity_purpose.size() == crypto_generichash_blake2b_PERSONALBYTES);

constexpr std::string_view magic = "sasetok1";
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == TokenCipher::tag_size);

/// Offsets in the head.
constexpr std::size_t boot_at = magic.size();
constexpr std::size_t boot_seconds_at = boot_at + sizeof(BootId);
constexpr std::size_t wall_seconds_at = boot_seconds_at + sizeof(std::int64_t);
constexpr std::size_t reserved_at = wall_seconds_at + sizeof(std::int64_t);
constexpr std::size_t nonce_at = TokenCipher::head_size - nonce_size;
static_assert(reserved_at <= nonce_at);

using Associated = std::array<unsigned char, TokenCipher::head_size + Identity::size>;

const unsigned char* unsigned_bytes(std::string_view bytes) noexcept {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

void put_number(char* place, std::int64_t number) noexcept {
  std::memcpy(place, &number, sizeof number);
}

std::int64_t get_number(const char* place) noexcept {
  std::int64_t number = 0;
  std::memcpy(&number, place, sizeof number);
  return number;
}

/// The data that is authenticated and not encrypted.
Associated associated_data(std::string_view head, const Identity& identity) noexcept {
  Associated data{};
  std::memcpy(data.data(), head.data(), head.size());
  std::memcpy(data.data() + head.size(), identity.bytes().data(), Identity::size);
  return data;
}

std::string make_head(const Expiry& expiry) {
  std::string head(TokenCipher::head_size, '\0');
  std::memcpy(head.data(), magic.data(), magic.size());
  std::memcpy(head.data() + boot_at, expiry.boot.data(), expiry.boot.size());
  put_number(head.data() + boot_seconds_at, expiry.moment.boot.time_since_epoch().count());
  put_number(head.data() + wall_seconds_at, expiry.moment.wall.time_since_epoch().count());
  randombytes_buf(head.data() + nonce_at, nonce_size);
  return head;
}

Expiry parse_expiry(std::string_view head) noexcept {
  Expiry expiry;
  std::memcpy(expiry.boot.data(), head.data() + boot_at, expiry.boot.size());
  expiry.moment.boot = BootSeconds(std::chrono::seconds(get_number(head.data() + boot_seconds_at)));
  expiry.moment.wall =
      std::chrono::sys_seconds(std::chrono::seconds(get_number(head.data() + wall_seconds_at)));
  return expiry;
}

}  // namespace

Identity::Identity(std::string_view profile, std::string_view authorize_url, std::string_view api_key)
    : encryption_key_(protocol::Secret::with_capacity(encryption_key_size + fingerprint_size)),
      file_stem_(profile) {
  // The first half of the hash encrypts, the second half is the fingerprint. Neither half reveals the other.
  constexpr std::size_t both = encryption_key_size + fingerprint_size;
  Digest key_digest(key_purpose, both);
  key_digest.add(api_key);
  key_digest.finish({reinterpret_cast<unsigned char*>(encryption_key_.spare_capacity(both).data()), both});
  encryption_key_.commit(both);

  Digest identity_digest(identity_purpose, size);
  identity_digest.add(profile);
  identity_digest.add(authorize_url);
  identity_digest.add(encryption_key_.reveal().substr(encryption_key_size));
  identity_digest.finish(bytes_);
  encryption_key_.shrink(encryption_key_size);

  file_stem_ += '@';
  file_stem_ += to_hexadecimal(std::span(bytes_).first(Digest::name_size));
}

std::string TokenCipher::encrypt(const Token& token, const Identity& identity) {
  std::string bytes = make_head(token.expiry);
  const Associated associated = associated_data(bytes, identity);
  const std::string_view plain = token.bearer.reveal();
  bytes.resize(head_size + plain.size() + tag_size);
  unsigned long long encrypted_size = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      reinterpret_cast<unsigned char*>(bytes.data() + head_size), &encrypted_size, unsigned_bytes(plain),
      plain.size(), associated.data(), associated.size(), nullptr, unsigned_bytes(bytes) + nonce_at,
      unsigned_bytes(identity.encryption_key().reveal()));
  return bytes;
}

std::optional<Token> TokenCipher::decrypt(std::string_view head, protocol::Secret encrypted,
                                          const Identity& identity) {
  if (head.size() != head_size || !head.starts_with(magic) || encrypted.size() <= tag_size)
    return std::nullopt;
  const Associated associated = associated_data(head, identity);
  auto* const text = reinterpret_cast<unsigned char*>(encrypted.reveal_mutable().data());
  unsigned long long plain_size = 0;
  const int result = crypto_aead_xchacha20poly1305_ietf_decrypt(
      text, &plain_size, nullptr, text, encrypted.size(), associated.data(), associated.size(),
      unsigned_bytes(head) + nonce_at, unsigned_bytes(identity.encryption_key().reveal()));
  if (result != 0) return std::nullopt;
  encrypted.shrink(plain_size);
  try {
    return Token{.bearer = protocol::BearerToken(std::move(encrypted)), .expiry = parse_expiry(head)};
  } catch (const protocol::ProtocolError&) {
    return std::nullopt;
  }
}

}  // namespace sase::cache
