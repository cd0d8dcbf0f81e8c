// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/token_cache.hpp"
#include "helper/os/keyring/user_keyring.hpp"

#include <chrono>
#include <system_error>
#include <vector>

namespace sase::cache {

namespace {

using std::chrono::seconds;

constexpr std::size_t part_size = os::UserKeyring::largest_key;
constexpr std::size_t most_parts = (TokenCipher::max_size + part_size - 1) / part_size;

/// A token that is replaced while it is being read is read again. Only an attacker replaces it this often.
constexpr int max_attempts = 100;

/// The lifetime of an entry with an expired token: the kernel accepts no lifetime of zero, and the caller
/// decides whether a token is fresh.
constexpr seconds expired_token_lifetime{60};

/// The name of a further entry of a token, counted from 1.
std::string further_name(const std::string& name, int first_serial, std::size_t number) {
  return name + '#' + std::to_string(first_serial) + '.' + std::to_string(number);
}

/// Appends the bytes of the further entries to those of the first.
void read_further(const std::string& name, os::FoundKey& first) {
  for (std::size_t number = 1; number < most_parts && first.bytes.size() == number * part_size; ++number)
    if (const auto part = os::UserKeyring::find(further_name(name, first.serial, number)))
      first.bytes.append(part->bytes.reveal());
}

void remove_further(const std::string& name, int first_serial) {
  for (std::size_t number = 1; number < most_parts; ++number)
    if (!os::UserKeyring::remove(further_name(name, first_serial, number))) return;
}

seconds entry_lifetime(const Expiry& expiry) {
  const seconds left = time_left(expiry, ClockReading::now(), current_boot);
  return left > seconds(0) ? left : expired_token_lifetime;
}

/// Replaces the text of the system by one with a remedy.
[[noreturn]] void throw_with_remedy(const std::system_error& error) {
  throw std::system_error(
      error.code(),
      error.code() == std::error_code(EDQUOT, std::generic_category())
          ? "the kernel keyring is full for this user; see /proc/key-users, or set 'cache = file'"
          : "the kernel keyring cannot be used; 'cache = file' does without it");
}

}  // namespace

std::optional<Token> KeyringCache::find(const Identity& identity) try {
  const std::string name = entry_name(identity);
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    auto key = os::UserKeyring::find(name);
    if (!key) return std::nullopt;
    const bool is_single = key->bytes.size() < part_size;
    read_further(name, *key);
    auto token = TokenCipher::decrypt(key->bytes.reveal(), identity);
    if (token || is_single || os::UserKeyring::read_serial(name) == key->serial) return token;
  }
  return std::nullopt;
} catch (const std::system_error& error) {
  throw_with_remedy(error);
}

void KeyringCache::store(const Identity& identity, const Token& token) try {
  const std::string name = entry_name(identity);
  const std::string encrypted = TokenCipher::encrypt(token, identity);
  const std::string_view bytes = encrypted;
  const seconds lifetime = entry_lifetime(token.expiry);

  const os::KeyringEntry first(name, bytes.substr(0, part_size), lifetime);
  std::vector<os::KeyringEntry> further;
  for (std::size_t number = 1; number * part_size < bytes.size(); ++number)
    further.emplace_back(further_name(name, first.serial(), number),
                         bytes.substr(number * part_size, part_size), lifetime);
  const int before = os::UserKeyring::read_serial(name);
  for (const os::KeyringEntry& key : further)
    key.commit();
  first.commit();
  remove_further(name, before);
} catch (const std::system_error& error) {
  throw_with_remedy(error);
}

void KeyringCache::remove(const Identity& identity) try {
  const std::string name = entry_name(identity);
  const int serial = os::UserKeyring::read_serial(name);
  os::UserKeyring::remove(name);
  remove_further(name, serial);
} catch (const std::system_error& error) {
  throw_with_remedy(error);
}

}  // namespace sase::cache
