// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/keyring_cache.hpp"

#include "helper/os/keyring/keyring_entry.hpp"
#include "helper/os/keyring/user_keyring.hpp"

#include <chrono>
#include <string_view>
#include <system_error>
#include <vector>

namespace sase::cache {

namespace {

using std::chrono::seconds;

constexpr std::size_t part_size = os::UserKeyring::largest_key;
constexpr std::size_t most_parts = (TokenCipher::max_size + part_size - 1) / part_size;

/// A token that is replaced while it is read is looked for again. Nobody replaces it so often but to keep us
/// here.
constexpr int most_looks = 100;

/// A cache does not judge whether a token is fresh, and the kernel keeps no key for no time.
constexpr seconds dead_token_stays{60};

/// The name of a token's further keys, counted from 1.
std::string further_name(const std::string& name, int first_serial, std::size_t number) {
  return name + '#' + std::to_string(first_serial) + '.' + std::to_string(number);
}

/// Adds the bytes of the further keys to those of the first.
void read_further(const std::string& name, os::FoundKey& first) {
  for (std::size_t number = 1; number < most_parts && first.bytes.size() == number * part_size; ++number)
    if (const auto part = os::UserKeyring::find(further_name(name, first.serial, number)))
      first.bytes += part->bytes;
}

void remove_further(const std::string& name, int first_serial) {
  for (std::size_t number = 1; number < most_parts; ++number)
    if (!os::UserKeyring::remove(further_name(name, first_serial, number))) return;
}

std::optional<CachedToken> read_encrypted(std::string_view bytes, const Identity& identity) {
  if (bytes.size() <= TokenCipher::head_size || bytes.size() > TokenCipher::max_size) return std::nullopt;
  return TokenCipher::decrypt(bytes.substr(0, TokenCipher::head_size),
                              protocol::Secret(bytes.substr(TokenCipher::head_size)), identity);
}

seconds time_to_stay(const Expiry& expiry) {
  const seconds left = time_left(expiry, ClockReading::now(), current_boot);
  return left > seconds(0) ? left : dead_token_stays;
}

/// The system's words say what happened; these say what to do about it.
[[noreturn]] void throw_with_remedy(const std::system_error& error) {
  throw std::system_error(
      error.code(),
      error.code() == std::error_code(EDQUOT, std::generic_category())
          ? "the kernel keyring is full for this user; see /proc/key-users, or set 'cache = file'"
          : "the kernel keyring cannot be used; 'cache = file' does without it");
}

}  // namespace

std::optional<CachedToken> KeyringCache::find(const Identity& identity) try {
  const std::string name = name_of(identity);
  for (int looks = 0; looks < most_looks; ++looks) {
    auto key = os::UserKeyring::find(name);
    if (!key) return std::nullopt;
    const bool stands_alone = key->bytes.size() < part_size;
    read_further(name, *key);
    auto token = read_encrypted(key->bytes, identity);
    if (token || stands_alone || os::UserKeyring::serial_of(name) == key->serial) return token;
  }
  return std::nullopt;
} catch (const std::system_error& error) {
  throw_with_remedy(error);
}

void KeyringCache::store(const Identity& identity, const CachedToken& token) try {
  const std::string name = name_of(identity);
  const std::string sealed = TokenCipher::encrypt(token, identity);
  const std::string_view bytes = sealed;
  const seconds stay = time_to_stay(token.expiry);

  const os::KeyringEntry first(name, bytes.substr(0, part_size), stay);
  std::vector<os::KeyringEntry> further;
  for (std::size_t number = 1; number * part_size < bytes.size(); ++number)
    further.emplace_back(further_name(name, first.serial(), number),
                         bytes.substr(number * part_size, part_size), stay);
  const int before = os::UserKeyring::serial_of(name);
  for (const os::KeyringEntry& key : further)
    key.commit();
  first.commit();
  remove_further(name, before);
} catch (const std::system_error& error) {
  throw_with_remedy(error);
}

void KeyringCache::remove(const Identity& identity) try {
  const std::string name = name_of(identity);
  const int serial = os::UserKeyring::serial_of(name);
  os::UserKeyring::remove(name);
  remove_further(name, serial);
} catch (const std::system_error& error) {
  throw_with_remedy(error);
}

}  // namespace sase::cache
