// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace sase::tests {

/// A fresh directory with mode 0700, removed with its contents by the destructor.
class TemporaryDirectory {
 public:
  /// Below `$TMPDIR`, or /tmp.
  TemporaryDirectory();
  explicit TemporaryDirectory(const std::string& parent);
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string path(std::string_view name) const { return path_ + '/' + std::string(name); }

  /// Writes a file of exactly this mode, and the directories above it with mode 0700. Returns its path.
  std::string write(std::string_view name, std::string_view text, mode_t mode = 0600) const;

  /// Makes a directory of exactly this mode, and those above it with mode 0700. Returns its path.
  std::string make_directory(std::string_view name, mode_t mode = 0700) const;

 private:
  std::string path_;
};

/// A directory that can hold temporary ones and is on a disk, or on memory; nothing if no such directory
/// exists.
[[nodiscard]] std::optional<std::string> parent_on_disk();
[[nodiscard]] std::optional<std::string> parent_in_memory();

/// The whole text of a file; empty if it does not exist.
[[nodiscard]] std::string text_of_file(const std::string& path);

/// The permission bits of a file or directory.
[[nodiscard]] mode_t read_mode(const std::string& path);

/// Whether there is something of this name, a dangling link included.
[[nodiscard]] bool exists(const std::string& path);

/// A user id that is not root and probably not the one that runs the tests.
inline constexpr uid_t another_user = 65534;

/// Gives a file or directory to another user. False where this user may not: only root may.
[[nodiscard]] bool give_away(const std::string& path);

}  // namespace sase::tests
