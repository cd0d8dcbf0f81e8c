// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace sase::os {

/// A key for the user keyring (user_keyring.hpp). No other process sees it before commit(); without commit()
/// the destructor removes it.
///
/// The key is prepared in the keyring of this thread, so that it has its timeout and its permissions before
/// other processes can find it. commit() replaces a key with the same name, even of another creator, and
/// neither reads nor writes it. The user may view, search, read and link the key from every session. The
/// group, others, and processes that merely possess it have no permission: programs started through su
/// without a session of their own possess root's keys. The key cannot be changed, only replaced.
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

  /// Replaces the key with the same name atomically: other processes find the old one or this one. Throws
  /// std::system_error.
  void commit() const;

 private:
  explicit KeyringEntry(int serial) noexcept : serial_(serial) {}

  int serial_;
};

}  // namespace sase::os
