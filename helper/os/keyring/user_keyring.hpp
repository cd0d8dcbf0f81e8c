// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace sase::os {

/// A key of the keyring.
struct FoundKey {
  int serial = 0;  ///< the kernel's number of the key, unique while the key exists
  protocol::Secret bytes;
};

/// The kernel's keyring of this user (user-keyring(7), `@u`): named bytes in memory, which all processes of
/// the user find, in every session. Only keys of the type "user" are considered.
///
/// An expired, revoked or invalidated key counts as absent. Throws std::system_error if the kernel has no
/// keyrings, forbids them, or denies this user access to a key.
class UserKeyring {
 public:
  /// The kernel's limit for the bytes of a key. A key cannot be empty.
  static constexpr std::size_t largest_key = 32767;

  [[nodiscard]] static std::optional<FoundKey> find(const std::string& name);

  /// The serial of a key; 0 if this user can find none.
  [[nodiscard]] static int read_serial(const std::string& name) noexcept;

  /// The names of all keys that this user may view; none if the kernel has no keyrings or forbids them.
  [[nodiscard]] static std::vector<std::string> names();

  /// Removes a key of any creator. False if it does not exist.
  static bool remove(const std::string& name);
};

/// A key for the user keyring. It is prepared in the keyring of this thread, so that it has its timeout and
/// its permissions before other processes can find it; without commit() the destructor removes it. The user
/// may view, search, read and link the key from every session. Others, and processes that merely possess it,
/// have no permission: programs started through su without a session of their own possess root's keys.
class KeyringEntry {
 public:
  /// `bytes` has 1 to UserKeyring::largest_key bytes; `lifetime` is at least a second of the wall clock.
  /// Throws std::system_error; with EDQUOT if the user's quota is exceeded. A key that was just replaced or
  /// removed counts until the kernel has collected it, so this waits for up to a tenth of a second.
  KeyringEntry(const std::string& name, std::string_view bytes, std::chrono::seconds lifetime);
  KeyringEntry(KeyringEntry&& other) noexcept : serial_(std::exchange(other.serial_, 0)) {}
  KeyringEntry& operator=(KeyringEntry&&) = delete;
  ~KeyringEntry();

  [[nodiscard]] int serial() const noexcept { return serial_; }

  /// Replaces the key with the same name atomically, even one of another creator. Throws std::system_error.
  void commit() const;

 private:
  explicit KeyringEntry(int serial) noexcept : serial_(serial) {}

  int serial_;
};

/// Reads a key of the type "user" from the session keyring, to which the user keyring is linked on most
/// machines, or else from the user keyring itself, which cron jobs, services and sudo may not have in their
/// session. Throws std::system_error, which keyring_error() explains; std::length_error for a key longer than
/// `limit` bytes.
[[nodiscard]] protocol::Secret read_keyring_entry(const std::string& description, std::size_t limit);

/// Why a key could not be read.
enum class KeyringError {
  no_such_key,
  expired,
  revoked,
  rejected,
  permission_denied,  ///< of this key
  forbidden,          ///< the system calls are, as in most containers
  not_supported,      ///< by this kernel
  other,
};

[[nodiscard]] KeyringError keyring_error(const std::error_code& error) noexcept;

}  // namespace sase::os
