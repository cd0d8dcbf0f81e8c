// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/fleet_cipher.hpp"

#include "helper/cache/encryption.hpp"

#include <sodium.h>

#include <span>
#include <utility>

namespace sase::cache {

namespace {

constexpr std::string_view value_format = "saseflt1";
constexpr std::size_t block_size = 512;
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t key_size = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t head_size = value_format.size() + nonce_size;

unsigned char* to_unsigned(char* bytes) noexcept { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* to_unsigned(std::string_view bytes) noexcept {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

void append(std::string& bytes, std::int64_t number) {
  for (unsigned shift = 0; shift < 64; shift += 8)
    bytes += static_cast<char>(static_cast<std::uint64_t>(number) >> shift);
}

std::string associated_data(const FleetIdentity& identity, const FleetPlace& place) {
  std::string data(value_format);
  data.append(reinterpret_cast<const char*>(identity.bytes().data()), FleetIdentity::size);
  data += place.key;
  if (place.version == 0) return data;
  append(data, place.create_revision);
  append(data, place.version);
  return data;
}

}  // namespace

FleetIdentity::FleetIdentity(std::string_view authorize_url, std::string_view api_key)
    : encryption_key_(protocol::Secret::with_capacity(2 * key_size)) {
  // The first half of the hash encrypts, the second half is the fingerprint. Neither half reveals the other.
  hash("sase-flt-key--v1", {api_key},
       {to_unsigned(encryption_key_.spare_capacity(2 * key_size).data()), 2 * key_size});
  encryption_key_.commit(2 * key_size);
  hash("sase-flt-id---v1", {authorize_url, encryption_key_.reveal().substr(key_size)}, bytes_);
  encryption_key_.shrink(key_size);
}

std::string FleetIdentity::name() const { return to_hexadecimal(std::span(bytes_).first(size / 2)); }

std::string encrypt(const FleetIdentity& identity, const FleetPlace& place, const protocol::Secret& plain) {
  const std::size_t padded_size = (plain.size() / block_size + 1) * block_size;
  protocol::Secret padded = protocol::Secret::with_capacity(padded_size);
  const std::span<char> text = padded.spare_capacity(padded_size);
  plain.reveal().copy(text.data(), plain.size());
  std::size_t size = 0;
  sodium_pad(&size, to_unsigned(text.data()), plain.size(), block_size, padded_size);
  padded.commit(padded_size);
  std::string bytes(head_size + padded_size + tag_size, '\0');
  value_format.copy(bytes.data(), value_format.size());
  unsigned char* const nonce = to_unsigned(bytes.data() + value_format.size());
  randombytes_buf(nonce, nonce_size);
  const std::string associated = associated_data(identity, place);
  crypto_aead_xchacha20poly1305_ietf_encrypt(to_unsigned(bytes.data() + head_size), nullptr,
                                             to_unsigned(padded.reveal()), padded_size,
                                             to_unsigned(associated), associated.size(), nullptr, nonce,
                                             to_unsigned(identity.encryption_key().reveal()));
  return bytes;
}

std::optional<protocol::Secret> decrypt(const FleetIdentity& identity, const FleetPlace& place,
                                        std::string_view bytes) {
  if (bytes.size() < head_size + block_size + tag_size || !bytes.starts_with(value_format))
    return std::nullopt;
  const std::string associated = associated_data(identity, place);
  const std::string_view encrypted = bytes.substr(head_size);
  const std::size_t padded_size = encrypted.size() - tag_size;
  protocol::Secret plain = protocol::Secret::with_capacity(padded_size);
  unsigned char* const text = to_unsigned(plain.spare_capacity(padded_size).data());
  std::size_t size = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(text, nullptr, nullptr, to_unsigned(encrypted),
                                                 encrypted.size(), to_unsigned(associated), associated.size(),
                                                 to_unsigned(bytes.substr(value_format.size())),
                                                 to_unsigned(identity.encryption_key().reveal())) != 0 ||
      sodium_unpad(&size, text, padded_size, block_size) != 0)
    return std::nullopt;
  plain.commit(padded_size);
  plain.shrink(size);
  return plain;
}

std::string tag_token(std::string_view token) { return hash_name("sase-flt-tag--v1", {token}); }

}  // namespace sase::cache
