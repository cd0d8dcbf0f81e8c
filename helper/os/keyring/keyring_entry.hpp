// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace sase::os {

/// A key for the user keyring (user_keyring.hpp) that nobody sees before commit(), and that is gone without
/// it.
///
/// It is prepared in the keyring of this thread, so that it has its end and its permissions before anyone can
/// find it, and so that a key of that name which is there already is neither read nor written but displaced,
/// whoever put it there. The user may see, find, read and link it, from every session. Nobody else may do
/// anything: neither group and others nor who merely has it within reach, as programs that were started
/// through su without a session of their own have root's keys. It cannot be changed any more, only replaced.
class KeyringEntry {
 public:
  /// `bytes` are 1 to UserKeyring::largest_key; `lifetime` is at least a second and counts by the wall clock.
  /// Throws std::system_error; with EDQUOT when the user's keys take up all that they may. What was replaced
  /// or removed a moment ago counts until the kernel has collected it, so that is waited for, a tenth of a
  /// second at most.
  KeyringEntry(const std::string& name, std::string_view bytes, std::chrono::seconds lifetime);
  KeyringEntry(KeyringEntry&& other) noexcept : serial_(std::exchange(other.serial_, 0)) {}
  KeyringEntry& operator=(KeyringEntry&&) = delete;
  ~KeyringEntry();

  [[nodiscard]] int serial() const noexcept { return serial_; }

  /// Puts it in place of the one of that name, at once: whoever looks finds the old one or this one. Throws
  /// std::system_error.
  void commit() const;

 private:
  explicit KeyringEntry(int serial) noexcept : serial_(serial) {}

  int serial_;
};

}  // namespace sase::os
