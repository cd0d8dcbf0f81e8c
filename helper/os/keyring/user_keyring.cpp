// SPDX-License-Identifier: Apache-2.0
#include "helper/os/keyring/user_keyring.hpp"

#include "helper/os/fd.hpp"

#include <keyutils.h>

#include <cerrno>
#include <span>
#include <stdexcept>
#include <utility>

namespace sase::os {

namespace {

/// Most tokens fit, so that one system call reads most keys.
constexpr std::size_t usual_size = 4096;

/// A key that is replaced between search and read is searched for again. The limit is for a process that
/// replaces it constantly.
constexpr int max_searches = 100;

/// Descriptions have at most 4,095 bytes (add_key(2)).
constexpr std::size_t max_description = 4096 + 128;

bool is_absence(int error) noexcept {
  return error == ENOKEY || error == EKEYEXPIRED || error == EKEYREVOKED || error == EKEYREJECTED;
}

key_serial_t search(key_serial_t keyring, const std::string& name) noexcept {
  return static_cast<key_serial_t>(::keyctl_search(keyring, "user", name.c_str(), /*destringid=*/0));
}

/// The serial of a key; nothing if there is none.
std::optional<key_serial_t> find_serial(const std::string& name) {
  const key_serial_t key = search(KEY_SPEC_USER_KEYRING, name);
  if (key >= 0) return key;
  if (is_absence(errno)) return std::nullopt;
  throw_errno("cannot search the user keyring");
}

/// The bytes of a key; nothing if it was removed in the meantime.
std::optional<std::string> read_key(key_serial_t key) {
  std::string bytes(usual_size, '\0');
  long size = ::keyctl_read(key, bytes.data(), bytes.size());
  if (size > static_cast<long>(bytes.size())) {
    bytes.resize(UserKeyring::largest_key);
    size = ::keyctl_read(key, bytes.data(), bytes.size());
  }
  if (size < 0 && is_absence(errno)) return std::nullopt;
  if (size < 0) throw_errno("cannot read a key");
  bytes.resize(static_cast<std::size_t>(size));
  return bytes;
}

/// The description of a "user" key; nothing for another type, and for a key that may not be viewed.
std::optional<std::string> read_name(key_serial_t key) {
  std::string text(max_description, '\0');
  const long size = ::keyctl_describe(key, text.data(), text.size());
  if (size <= 0 || static_cast<std::size_t>(size) > text.size()) return std::nullopt;
  text.resize(static_cast<std::size_t>(size) - 1);
  // "type;uid;gid;permissions;description" (keyctl_describe(3))
  if (!text.starts_with("user;")) return std::nullopt;
  std::size_t at = 0;
  for (int field = 0; field < 4 && at != std::string::npos; ++field)
    at = text.find(';', at == 0 ? 0 : at + 1);
  return at == std::string::npos ? std::nullopt : std::optional(text.substr(at + 1));
}

/// Returns the serial of a key that this process possesses, which includes the right to read it; negative on
/// failure.
key_serial_t find_reachable(const std::string& description) {
  const key_serial_t key = search(KEY_SPEC_SESSION_KEYRING, description);
  if (key >= 0 || errno != ENOKEY) return key;
  // The link lasts as long as this thread, and gives it possession of the keys.
  if (::keyctl_link(KEY_SPEC_USER_KEYRING, KEY_SPEC_THREAD_KEYRING) != 0) return -1;
  return search(KEY_SPEC_USER_KEYRING, description);
}

}  // namespace

std::optional<FoundKey> UserKeyring::find(const std::string& name) {
  for (int searches = 0; searches < max_searches; ++searches) {
    const auto serial = find_serial(name);
    if (!serial) return std::nullopt;
    if (auto bytes = read_key(*serial)) return FoundKey{.serial = *serial, .bytes = std::move(*bytes)};
  }
  return std::nullopt;
}

std::optional<protocol::Secret> UserKeyring::find_secret(const std::string& name, std::size_t limit) {
  for (int searches = 0; searches < max_searches; ++searches) {
    const auto serial = find_serial(name);
    if (!serial) return std::nullopt;
    protocol::Secret bytes = protocol::Secret::with_capacity(limit);
    const long size = ::keyctl_read(*serial, bytes.spare_capacity(limit).data(), limit);
    if (size < 0 && is_absence(errno)) continue;
    if (size < 0) throw_errno("cannot read a key");
    if (static_cast<std::size_t>(size) > limit) return std::nullopt;
    bytes.commit(static_cast<std::size_t>(size));
    return bytes;
  }
  return std::nullopt;
}

int UserKeyring::read_serial(const std::string& name) noexcept {
  const key_serial_t key = search(KEY_SPEC_USER_KEYRING, name);
  return key > 0 ? key : 0;
}

std::vector<std::string> UserKeyring::names() {
  std::vector<key_serial_t> keys(1024);
  long size = 0;
  // The keyring may grow between the two calls.
  while ((size = ::keyctl_read(KEY_SPEC_USER_KEYRING, reinterpret_cast<char*>(keys.data()),
                               keys.size() * sizeof(key_serial_t))) >
         static_cast<long>(keys.size() * sizeof(key_serial_t)))
    keys.resize(static_cast<std::size_t>(size) / sizeof(key_serial_t) + 16);
  keys.resize(size > 0 ? static_cast<std::size_t>(size) / sizeof(key_serial_t) : 0);
  std::vector<std::string> all;
  for (const key_serial_t key : keys)
    if (auto name = read_name(key)) all.push_back(std::move(*name));
  return all;
}

bool UserKeyring::remove(const std::string& name) {
  const auto serial = find_serial(name);
  if (!serial) return false;
  // The key may expire at any moment.
  if (::keyctl_unlink(*serial, KEY_SPEC_USER_KEYRING) == 0 || is_absence(errno)) return true;
  throw_errno("cannot remove a key");
}

protocol::Secret read_keyring_entry(const std::string& description, std::size_t limit) {
  const key_serial_t key = find_reachable(description);
  if (key < 0) throw_errno("cannot find a key");
  const auto too_long = [limit] {
    return std::length_error("more than " + std::to_string(limit) + " bytes");
  };
  const long size = ::keyctl_read(key, nullptr, 0);
  if (size < 0) throw_errno("cannot read a key");
  if (static_cast<std::size_t>(size) > limit) throw too_long();
  // The owner may replace it with a longer one between the two calls.
  protocol::Secret bytes = protocol::Secret::with_capacity(static_cast<std::size_t>(size));
  const std::span<char> buffer = bytes.spare_capacity(static_cast<std::size_t>(size));
  const long got = ::keyctl_read(key, buffer.data(), static_cast<std::size_t>(size));
  if (got < 0) throw_errno("cannot read a key");
  if (got > size) throw too_long();
  bytes.commit(static_cast<std::size_t>(got));
  return bytes;
}

KeyringError keyring_error(const std::error_code& error) noexcept {
  switch (error.value()) {
    case ENOKEY: return KeyringError::no_such_key;
    case EKEYEXPIRED: return KeyringError::expired;
    case EKEYREVOKED: return KeyringError::revoked;
    case EKEYREJECTED: return KeyringError::rejected;
    case EACCES: return KeyringError::permission_denied;
    case EPERM: return KeyringError::forbidden;
    case ENOSYS: return KeyringError::not_supported;
    default: return KeyringError::other;
  }
}

}  // namespace sase::os
