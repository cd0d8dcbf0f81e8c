// SPDX-License-Identifier: Apache-2.0
#include "helper/os/keyring/reachable_entry.hpp"

#include "helper/os/fd.hpp"

#include <keyutils.h>

#include <cerrno>
#include <span>
#include <stdexcept>

namespace sase::os {

namespace {

key_serial_t search(key_serial_t keyring, const std::string& description) noexcept {
  return static_cast<key_serial_t>(::keyctl_search(keyring, "user", description.c_str(), /*destringid=*/0));
}

/// The key's serial; with it the right to read it that comes from having it within reach.
key_serial_t find(const std::string& description) {
  const key_serial_t key = search(KEY_SPEC_SESSION_KEYRING, description);
  if (key >= 0 || errno != ENOKEY) return key;
  // Of use to this thread alone, and gone with it.
  if (::keyctl_link(KEY_SPEC_USER_KEYRING, KEY_SPEC_THREAD_KEYRING) != 0) return -1;
  return search(KEY_SPEC_USER_KEYRING, description);
}

}  // namespace

protocol::Secret read_keyring_entry(const std::string& description, std::size_t limit) {
  const key_serial_t key = find(description);
  if (key < 0) throw_errno("cannot find a key");
  const auto too_long = [limit] {
    return std::length_error("more than " + std::to_string(limit) + " bytes");
  };
  const long size = ::keyctl_read(key, nullptr, 0);
  if (size < 0) throw_errno("cannot read a key");
  if (static_cast<std::size_t>(size) > limit) throw too_long();
  // Its owner may put a longer one in its place meanwhile.
  protocol::Secret bytes = protocol::Secret::with_capacity(static_cast<std::size_t>(size));
  const std::span<char> room = bytes.room(static_cast<std::size_t>(size));
  const long got = ::keyctl_read(key, room.data(), static_cast<std::size_t>(size));
  if (got < 0) throw_errno("cannot read a key");
  if (got > size) throw too_long();
  bytes.commit(static_cast<std::size_t>(got));
  return bytes;
}

}  // namespace sase::os
