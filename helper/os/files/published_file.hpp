// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace sase::os {

/// Who may use a file that is published.
struct FileAccess {
  mode_t mode = 0600;
  std::optional<gid_t> group = {};  ///< the one that new files get, where none is named
};

/// Tells a file from a later one in its place.
struct FileMark {
  dev_t device = 0;
  ino_t number = 0;
  timespec written{};

  [[nodiscard]] bool operator==(const FileMark& other) const noexcept;
};

/// A file that we replace again and again while others read it: they see the old bytes or the new ones, never
/// a part, and never a file that is more open than it should be. Until it is there, a new one lies beside it
/// as `NAME.new-XXXXXX`. Several processes may write it at the same time: the last one's stays.
class PublishedFile {
 public:
  PublishedFile(std::string path, FileAccess access) noexcept;

  /// Finds out whether it can be written: makes a new file beside it and takes it away again; also takes away
  /// what a writer that was killed has left there. Throws RejectedPath for a place that is no file's, as a
  /// directory or a link is, or where others could put another file; std::system_error for what the system
  /// refuses.
  void prepare() const;

  /// Puts these bytes into its place. Throws as prepare() does; what was there is there still then.
  [[nodiscard]] FileMark write(std::string_view bytes) const;

  /// Whether there is a file.
  [[nodiscard]] bool is_there() const noexcept;

  /// Whether it is this one.
  [[nodiscard]] bool is(const FileMark& mark) const noexcept;

  /// Removes it if it is this one; false if it is not, or cannot be removed.
  [[nodiscard]] bool remove(const FileMark& mark) const noexcept;

  /// Takes away what a writer that was killed has left.
  void clear_leftovers() const noexcept;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const FileAccess& access() const noexcept { return access_; }

 private:
  void check_place() const;

  std::string path_;
  FileAccess access_;
};

/// Whether this user can give its files to a group: one of its own, or any where it is root.
[[nodiscard]] bool may_give_to(gid_t group) noexcept;

}  // namespace sase::os
