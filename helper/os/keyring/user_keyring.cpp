// SPDX-License-Identifier: Apache-2.0
#include "helper/os/keyring/user_keyring.hpp"

#include "helper/os/fd.hpp"

#include <keyutils.h>

#include <cerrno>
#include <utility>

namespace sase::os {

namespace {

/// Most tokens fit, so that most keys are read by one call.
constexpr std::size_t usual_size = 4096;

/// A key that is replaced between being found and being read is looked for again. Nobody replaces it so often
/// but to keep us here.
constexpr int most_looks = 100;

/// Descriptions have at most 4,095 bytes (add_key(2)).
constexpr std::size_t most_described = 4096 + 128;

bool is_absence(int error) noexcept {
  return error == ENOKEY || error == EKEYEXPIRED || error == EKEYREVOKED || error == EKEYREJECTED;
}

key_serial_t search(const std::string& name) noexcept {
  return static_cast<key_serial_t>(
      ::keyctl_search(KEY_SPEC_USER_KEYRING, "user", name.c_str(), /*destringid=*/0));
}

/// The serial of a key; nothing where it is not there.
std::optional<key_serial_t> find_serial(const std::string& name) {
  const key_serial_t key = search(name);
  if (key >= 0) return key;
  if (is_absence(errno)) return std::nullopt;
  throw_errno("cannot search the user keyring");
}

/// All bytes of a key; nothing when it went meanwhile.
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

/// The description of a "user" key; nothing for another type, and for one that may not be seen.
std::optional<std::string> name_of(key_serial_t key) {
  std::string words(most_described, '\0');
  const long size = ::keyctl_describe(key, words.data(), words.size());
  if (size <= 0 || static_cast<std::size_t>(size) > words.size()) return std::nullopt;
  words.resize(static_cast<std::size_t>(size) - 1);
  // "type;uid;gid;permissions;description" (keyctl_describe(3))
  if (!words.starts_with("user;")) return std::nullopt;
  std::size_t at = 0;
  for (int field = 0; field < 4 && at != std::string::npos; ++field)
    at = words.find(';', at == 0 ? 0 : at + 1);
  return at == std::string::npos ? std::nullopt : std::optional(words.substr(at + 1));
}

}  // namespace

std::optional<FoundKey> UserKeyring::find(const std::string& name) {
  for (int looks = 0; looks < most_looks; ++looks) {
    const auto serial = find_serial(name);
    if (!serial) return std::nullopt;
    if (auto bytes = read_key(*serial)) return FoundKey{.serial = *serial, .bytes = std::move(*bytes)};
  }
  return std::nullopt;
}

std::optional<protocol::Secret> UserKeyring::find_secret(const std::string& name, std::size_t limit) {
  for (int looks = 0; looks < most_looks; ++looks) {
    const auto serial = find_serial(name);
    if (!serial) return std::nullopt;
    protocol::Secret bytes = protocol::Secret::with_capacity(limit);
    const long size = ::keyctl_read(*serial, bytes.room(limit).data(), limit);
    if (size < 0 && is_absence(errno)) continue;
    if (size < 0) throw_errno("cannot read a key");
    if (static_cast<std::size_t>(size) > limit) return std::nullopt;
    bytes.commit(static_cast<std::size_t>(size));
    return bytes;
  }
  return std::nullopt;
}

int UserKeyring::serial_of(const std::string& name) noexcept {
  const key_serial_t key = search(name);
  return key > 0 ? key : 0;
}

std::vector<std::string> UserKeyring::names() {
  std::vector<key_serial_t> keys(1024);
  long size = 0;
  // It may grow between the two looks.
  while ((size = ::keyctl_read(KEY_SPEC_USER_KEYRING, reinterpret_cast<char*>(keys.data()),
                               keys.size() * sizeof(key_serial_t))) >
         static_cast<long>(keys.size() * sizeof(key_serial_t)))
    keys.resize(static_cast<std::size_t>(size) / sizeof(key_serial_t) + 16);
  keys.resize(size > 0 ? static_cast<std::size_t>(size) / sizeof(key_serial_t) : 0);
  std::vector<std::string> all;
  for (const key_serial_t key : keys)
    if (auto name = name_of(key)) all.push_back(std::move(*name));
  return all;
}

bool UserKeyring::remove(const std::string& name) {
  const auto serial = find_serial(name);
  if (!serial) return false;
  // It may go by itself at any moment.
  if (::keyctl_unlink(*serial, KEY_SPEC_USER_KEYRING) == 0 || is_absence(errno)) return true;
  throw_errno("cannot remove a key");
}

}  // namespace sase::os
