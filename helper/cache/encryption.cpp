// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/encryption.hpp"

#include "helper/os/fd.hpp"
#include "helper/os/files/file_system.hpp"
#include "helper/os/keyring/user_keyring.hpp"
#include "protocol/parsing.hpp"
#include "protocol/time.hpp"

#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <exception>
#include <system_error>
#include <utility>

namespace sase::cache {

namespace {

constexpr std::size_t encryption_key_size = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t fingerprint_size = 32;
constexpr std::size_t name_size = 16;
constexpr std::string_view key_purpose = "sase-cred-key-v1";
constexpr std::string_view identity_purpose = "sase-cred-id--v1";
static_assert(key_purpose.size() == crypto_generichash_blake2b_PERSONALBYTES);
static_assert(identity_purpose.size() == crypto_generichash_blake2b_PERSONALBYTES);

constexpr std::string_view format_name = "sasetok1";
static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == TokenCipher::tag_size);

/// The head as it is stored.
struct Head {
  std::array<char, format_name.size()> format;
  BootId boot;
  std::int64_t boot_seconds;
  std::int64_t wall_seconds;
  std::array<char, 16> reserved;
  std::array<unsigned char, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES> nonce;
};
static_assert(sizeof(Head) == TokenCipher::head_size);

using Associated = std::array<unsigned char, TokenCipher::head_size + Identity::size>;

const unsigned char* unsigned_bytes(std::string_view bytes) noexcept {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

void add(crypto_generichash_blake2b_state& state, std::string_view text) noexcept {
  const auto size = static_cast<std::uint64_t>(text.size());
  std::array<unsigned char, sizeof size> prefix{};
  for (std::size_t i = 0; i < prefix.size(); ++i)
    prefix[i] = static_cast<unsigned char>(size >> (8 * i));
  crypto_generichash_blake2b_update(&state, prefix.data(), prefix.size());
  crypto_generichash_blake2b_update(&state, unsigned_bytes(text), text.size());
}

/// The data that is authenticated and not encrypted.
Associated associated_data(std::string_view head, const Identity& identity) noexcept {
  Associated data{};
  std::memcpy(data.data(), head.data(), head.size());
  std::memcpy(data.data() + head.size(), identity.bytes().data(), Identity::size);
  return data;
}

Head make_head(const Expiry& expiry) noexcept {
  Head head{};
  std::ranges::copy(format_name, head.format.begin());
  head.boot = expiry.boot;
  head.boot_seconds = expiry.moment.boot.time_since_epoch().count();
  head.wall_seconds = expiry.moment.wall.time_since_epoch().count();
  randombytes_buf(head.nonce.data(), head.nonce.size());
  return head;
}

Expiry make_expiry(const Head& head) noexcept {
  using std::chrono::seconds;
  return {.moment = {.wall = std::chrono::sys_seconds(seconds(head.wall_seconds)),
                     .boot = BootSeconds(seconds(head.boot_seconds))},
          .boot = head.boot};
}

using protocol::Secret;

/// Longer than any token that it encrypts, because two clocks may differ.
constexpr std::chrono::seconds lifetime = protocol::longest_lifetime + std::chrono::minutes(10);

std::optional<Secret> if_whole(std::optional<Secret> bytes) {
  if (bytes && bytes->size() != WrappingKey::size) bytes.reset();
  return bytes;
}

/// If the keyring is forbidden or missing, the key is in the directory.
std::optional<Secret> find_in_keyring(const std::string& name) try {
  auto key = os::UserKeyring::find(name);
  return key ? if_whole(std::move(key->bytes)) : std::nullopt;
} catch (const std::system_error&) {
  return std::nullopt;
}

Secret random_bytes() {
  Secret bytes = Secret::with_capacity(WrappingKey::size);
  randombytes_buf(bytes.spare_capacity(WrappingKey::size).data(), WrappingKey::size);
  bytes.commit(WrappingKey::size);
  return bytes;
}

}  // namespace

void hash(std::string_view purpose, std::initializer_list<std::string_view> texts,
          std::span<unsigned char> output) noexcept {
  crypto_generichash_blake2b_state state;
  crypto_generichash_blake2b_init_salt_personal(&state, nullptr, 0, output.size(), nullptr,
                                                unsigned_bytes(purpose));
  for (const std::string_view text : texts)
    add(state, text);
  crypto_generichash_blake2b_final(&state, output.data(), output.size());
  // The texts may contain an API key.
  sodium_memzero(&state, sizeof state);
}

std::string hash_name(std::string_view purpose, std::initializer_list<std::string_view> texts) {
  std::array<unsigned char, name_size> bytes{};
  hash(purpose, texts, bytes);
  return to_hexadecimal(bytes);
}

std::string to_hexadecimal(std::span<const unsigned char> bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');  // sodium_bin2hex appends a NUL
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}

Identity::Identity(std::string_view profile, std::string_view authorize_url, std::string_view api_key)
    : encryption_key_(protocol::Secret::with_capacity(encryption_key_size + fingerprint_size)),
      file_stem_(profile) {
  // The first half of the hash encrypts, the second half is the fingerprint. Neither half reveals the other.
  constexpr std::size_t both = encryption_key_size + fingerprint_size;
  hash(key_purpose, {api_key},
       {reinterpret_cast<unsigned char*>(encryption_key_.spare_capacity(both).data()), both});
  encryption_key_.commit(both);
  hash(identity_purpose, {profile, authorize_url, encryption_key_.reveal().substr(encryption_key_size)},
       bytes_);
  encryption_key_.shrink(encryption_key_size);

  file_stem_ += '@';
  file_stem_ += to_hexadecimal(std::span(bytes_).first(name_size));
}

std::string TokenCipher::encrypt(const Token& token, const Identity& identity) {
  const Head head = make_head(token.expiry);
  std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
  const Associated associated = associated_data(bytes, identity);
  const std::string_view plain = token.bearer.reveal();
  bytes.resize(head_size + plain.size() + tag_size);
  unsigned long long encrypted_size = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(reinterpret_cast<unsigned char*>(bytes.data() + head_size),
                                             &encrypted_size, unsigned_bytes(plain), plain.size(),
                                             associated.data(), associated.size(), nullptr, head.nonce.data(),
                                             unsigned_bytes(identity.encryption_key().reveal()));
  return bytes;
}

std::optional<Token> TokenCipher::decrypt(std::string_view bytes, const Identity& identity) {
  if (bytes.size() <= head_size + tag_size || bytes.size() > max_size || !bytes.starts_with(format_name))
    return std::nullopt;
  Head head;
  std::memcpy(&head, bytes.data(), sizeof head);
  const Associated associated = associated_data(bytes.substr(0, head_size), identity);
  const std::string_view encrypted = bytes.substr(head_size);
  protocol::Secret plain = protocol::Secret::with_capacity(encrypted.size() - tag_size);
  const auto text = plain.spare_capacity(encrypted.size() - tag_size);
  unsigned long long plain_size = 0;
  const int result = crypto_aead_xchacha20poly1305_ietf_decrypt(
      reinterpret_cast<unsigned char*>(text.data()), &plain_size, nullptr, unsigned_bytes(encrypted),
      encrypted.size(), associated.data(), associated.size(), head.nonce.data(),
      unsigned_bytes(identity.encryption_key().reveal()));
  if (result != 0) return std::nullopt;
  plain.commit(plain_size);
  try {
    Token token{.bearer = protocol::BearerToken(std::move(plain)), .expiry = make_expiry(head)};
    std::memcpy(&token.spread, head.nonce.data(), sizeof token.spread);
    return token;
  } catch (const protocol::ProtocolError&) {
    return std::nullopt;
  }
}

std::optional<Secret> WrappingKey::find() const {
  auto bytes = find_in_keyring(entry_);
  return bytes ? std::move(bytes) : find_in_directory();
}

Secret WrappingKey::get_or_create() const {
  auto found = find_in_keyring(entry_);
  if (!found)
    if (auto in_directory = find_in_directory()) return std::move(*in_directory);
  Secret bytes = found ? std::move(*found) : random_bytes();
  try {
    os::KeyringEntry(entry_, bytes.reveal(), lifetime).commit();
  } catch (const std::system_error&) {
    if (!directory_) throw;
    os::PrivateDirectory::create(*directory_).replace_file(file_, bytes.reveal());
  }
  return bytes;
}

bool WrappingKey::has_place() const noexcept try {
  if (directory_) return true;
  (void)os::UserKeyring::find(entry_);
  return true;
} catch (const std::exception&) {
  return false;
}

/// An unusable directory is reported by the request log, which is in it as well.
std::optional<Secret> WrappingKey::find_in_directory() const try {
  if (!directory_) return std::nullopt;
  const auto directory = os::PrivateDirectory::open(*directory_);
  const os::Fd file = directory ? directory->open_file(file_) : os::Fd();
  if (!file) return std::nullopt;
  return if_whole(os::read_all(file.get(), size));
} catch (const std::exception&) {  // also for a file that is too long
  return std::nullopt;
}

}  // namespace sase::cache
