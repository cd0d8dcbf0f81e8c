// SPDX-License-Identifier: Apache-2.0
#include "helper/os/keyring/user_keyring.hpp"

#include "helper/os/fd.hpp"

#include <keyutils.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <span>
#include <stdexcept>

namespace sase::os {

namespace {

using protocol::Secret;

/// Most tokens fit, so that one system call reads most keys.
constexpr std::size_t usual_size = 4096;

/// A key that is replaced between search and read is searched for again. The limit is for a process that
/// replaces it constantly.
constexpr int max_searches = 100;

bool is_absence(int error) noexcept {
  return error == ENOKEY || error == EKEYEXPIRED || error == EKEYREVOKED || error == EKEYREJECTED;
}

key_serial_t search(key_serial_t keyring, const std::string& name) noexcept {
  return static_cast<key_serial_t>(::keyctl_search(keyring, "user", name.c_str(), /*destringid=*/0));
}

/// The serial of a key; nothing if it does not exist.
std::optional<key_serial_t> find_serial(const std::string& name) {
  const key_serial_t key = search(KEY_SPEC_USER_KEYRING, name);
  if (key >= 0) return key;
  if (is_absence(errno)) return std::nullopt;
  throw_errno("cannot search the user keyring");
}

/// Appends the bytes of a key. False, with errno, if it cannot be read.
bool read_key(key_serial_t key, Secret& bytes) {
  std::span<char> buffer = bytes.spare_capacity(usual_size);
  long size = ::keyctl_read(key, buffer.data(), buffer.size());
  if (size > static_cast<long>(buffer.size())) {
    buffer = bytes.spare_capacity(UserKeyring::largest_key);
    size = ::keyctl_read(key, buffer.data(), buffer.size());
  }
  if (size >= 0) bytes.commit(static_cast<std::size_t>(size));
  return size >= 0;
}

/// Adds the name of a "user" key to `names`. `text` is "type;uid;gid;permissions;name", or null for a key
/// that may not be viewed.
int add_name(key_serial_t /*parent*/, key_serial_t /*key*/, char* text, int size, void* names) {
  std::string_view name = text != nullptr ? std::string_view(text, static_cast<std::size_t>(size)) : "";
  if (!name.starts_with("user;")) return 0;
  for (int fields = 0; fields < 4; ++fields)
    name.remove_prefix(std::min(name.find(';') + 1, name.size()));
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 1;
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

constexpr key_perm_t own_user = KEY_USR_VIEW | KEY_USR_READ | KEY_USR_SEARCH | KEY_USR_LINK;

/// How long to wait for the kernel to return a quota that was freed.
constexpr int quota_waits = 10;
constexpr timespec quota_wait{.tv_sec = 0, .tv_nsec = 10'000'000};

key_serial_t add(const std::string& name, std::string_view bytes) {
  for (int waits = 0;; ++waits) {
    const key_serial_t key =
        ::add_key("user", name.c_str(), bytes.data(), bytes.size(), KEY_SPEC_THREAD_KEYRING);
    if (key >= 0) return key;
    if (errno != EDQUOT || waits == quota_waits) throw_errno("cannot make a key");
    ::nanosleep(&quota_wait, nullptr);
  }
}

}  // namespace

std::optional<FoundKey> UserKeyring::find(const std::string& name) {
  for (int searches = 0; searches < max_searches; ++searches) {
    const auto serial = find_serial(name);
    if (!serial) return std::nullopt;
    FoundKey key{.serial = *serial, .bytes = {}};
    if (read_key(*serial, key.bytes)) return key;
    // Otherwise it was removed in the meantime.
    if (!is_absence(errno)) throw_errno("cannot read a key");
  }
  return std::nullopt;
}

int UserKeyring::read_serial(const std::string& name) noexcept {
  const key_serial_t key = search(KEY_SPEC_USER_KEYRING, name);
  return key > 0 ? key : 0;
}

std::vector<std::string> UserKeyring::names() {
  std::vector<std::string> all;
  (void)::recursive_key_scan(KEY_SPEC_USER_KEYRING, add_name, &all);
  return all;
}

bool UserKeyring::remove(const std::string& name) {
  const auto serial = find_serial(name);
  if (!serial) return false;
  // The key may expire at any moment.
  if (::keyctl_unlink(*serial, KEY_SPEC_USER_KEYRING) == 0 || is_absence(errno)) return true;
  throw_errno("cannot remove a key");
}

KeyringEntry::KeyringEntry(const std::string& name, std::string_view bytes, std::chrono::seconds lifetime)
    : KeyringEntry(add(name, bytes)) {
  // In this order: the permissions do not include setting a timeout.
  if (::keyctl_set_timeout(serial_, static_cast<unsigned>(lifetime.count())) != 0)
    throw_errno("cannot limit the life of a key");
  if (::keyctl_setperm(serial_, own_user) != 0) throw_errno("cannot protect a key");
}

KeyringEntry::~KeyringEntry() {
  if (serial_ != 0) ::keyctl_unlink(serial_, KEY_SPEC_THREAD_KEYRING);
}

void KeyringEntry::commit() const {
  if (::keyctl_link(serial_, KEY_SPEC_USER_KEYRING) != 0)
    throw_errno("cannot put a key into the user keyring");
}

Secret read_keyring_entry(const std::string& description, std::size_t limit) {
  const key_serial_t key = find_reachable(description);
  if (key < 0) throw_errno("cannot find a key");
  Secret bytes;
  if (!read_key(key, bytes)) throw_errno("cannot read a key");
  if (bytes.size() > limit) throw std::length_error("more than " + std::to_string(limit) + " bytes");
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
