// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/encryption.hpp"

#include "protocol/protocol_error.hpp"

#include <sodium.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

namespace sase::cache {

namespace {

constexpr std::string_view magic = "sasetok1";
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == TokenCipher::tag_size);

/// Where the parts of the head stand.
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

/// All that is authenticated beside the token: the head as it stands, and the identity.
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
  put_number(head.data() + boot_seconds_at, expiry.moment.boot.count());
  put_number(head.data() + wall_seconds_at, expiry.moment.wall.time_since_epoch().count());
  randombytes_buf(head.data() + nonce_at, nonce_size);
  return head;
}

Expiry expiry_of(std::string_view head) noexcept {
  Expiry expiry;
  std::memcpy(expiry.boot.data(), head.data() + boot_at, expiry.boot.size());
  expiry.moment.boot = std::chrono::seconds(get_number(head.data() + boot_seconds_at));
  expiry.moment.wall =
      std::chrono::sys_seconds(std::chrono::seconds(get_number(head.data() + wall_seconds_at)));
  return expiry;
}

}  // namespace

std::string TokenCipher::encrypt(const CachedToken& token, const Identity& identity) {
  std::string bytes = make_head(token.expiry);
  const Associated associated = associated_data(bytes, identity);
  const std::string_view plain = token.token.reveal();
  bytes.resize(head_size + plain.size() + tag_size);
  unsigned long long sealed_size = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      reinterpret_cast<unsigned char*>(bytes.data() + head_size), &sealed_size, unsigned_bytes(plain),
      plain.size(), associated.data(), associated.size(), nullptr, unsigned_bytes(bytes) + nonce_at,
      unsigned_bytes(identity.encryption_key().reveal()));
  return bytes;
}

std::optional<CachedToken> TokenCipher::decrypt(std::string_view head, protocol::Secret sealed,
                                                const Identity& identity) {
  if (head.size() != head_size || !head.starts_with(magic) || sealed.size() <= tag_size) return std::nullopt;
  const Associated associated = associated_data(head, identity);
  auto* const text = reinterpret_cast<unsigned char*>(sealed.reveal_mutable().data());
  unsigned long long plain_size = 0;
  const int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
      text, &plain_size, nullptr, text, sealed.size(), associated.data(), associated.size(),
      unsigned_bytes(head) + nonce_at, unsigned_bytes(identity.encryption_key().reveal()));
  if (opened != 0) return std::nullopt;
  sealed.shrink(plain_size);
  try {
    return CachedToken{.token = protocol::BearerToken(std::move(sealed)), .expiry = expiry_of(head)};
  } catch (const protocol::ProtocolError&) {
    return std::nullopt;
  }
}

}  // namespace sase::cache
