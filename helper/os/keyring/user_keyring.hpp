// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace sase::os {

/// A key as it was found.
struct FoundKey {
  int serial = 0;  ///< the kernel's number for it, which no other key has while this one exists
  std::string bytes;
};

/// The kernel's keyring of this user (user-keyring(7), `@u`): names with bytes, in memory alone, that all of
/// the user's processes find, whatever session they are in. Only keys of the type "user" are meant here.
///
/// A key that has expired, or was revoked or invalidated, is not there. Throws std::system_error when the
/// kernel has no keyrings, forbids them, or does not let this user at a key.
class UserKeyring {
 public:
  /// What the kernel takes as the bytes of one key, which may not be empty either.
  static constexpr std::size_t largest_key = 32767;

  [[nodiscard]] static std::optional<FoundKey> find(const std::string& name);

  /// A key whose bytes are a secret. One with more than `limit` bytes is not there.
  [[nodiscard]] static std::optional<protocol::Secret> find_secret(const std::string& name,
                                                                   std::size_t limit);

  /// The serial of a key; 0 where there is none that this user can find.
  [[nodiscard]] static int serial_of(const std::string& name) noexcept;

  /// The names of all keys that this user may see; none where the kernel has or allows no keyrings.
  [[nodiscard]] static std::vector<std::string> names();

  /// Removes a key, whoever put it there. False where there is none.
  static bool remove(const std::string& name);
};

}  // namespace sase::os
