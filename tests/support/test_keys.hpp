// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/temporary_directory.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace sase::tests {

/// Names in the user keyring that no other test has; the keys of these names are gone at the end.
class TestKeys {
 public:
  TestKeys();
  TestKeys(const TestKeys&) = delete;
  TestKeys& operator=(const TestKeys&) = delete;
  ~TestKeys();

  [[nodiscard]] const std::string& prefix() const noexcept { return prefix_; }
  [[nodiscard]] std::string name(std::string_view rest = "key") const { return prefix_ + std::string(rest); }

  /// The serials of the keys that are there now.
  [[nodiscard]] std::vector<int> serials() const;

  /// Puts a key there as any program might, with the permissions that the kernel gives by itself.
  [[nodiscard]] int plant(std::string_view rest, std::string_view bytes) const;

 private:
  std::string prefix_;
  mutable std::vector<int> planted_;
};

/// Whether the kernel has a keyring for this user. Says so where it has none: a test then proves nothing.
[[nodiscard]] bool has_keyring();

/// How many bytes this user's keys may take.
[[nodiscard]] std::size_t key_quota();

/// What the kernel tells of a key: `type;uid;gid;permissions;name`.
[[nodiscard]] std::string read_description(int serial);

/// How long the kernel keeps a key yet, as /proc/keys has it: `59m`, or `perm` for ever.
[[nodiscard]] std::string read_time_left(int serial);

/// Becomes another user who has a session of its own with the keys of this one within reach, as after su.
/// Only for children of root.
void become_another_user_with_our_keys(uid_t user = another_user);

}  // namespace sase::tests
