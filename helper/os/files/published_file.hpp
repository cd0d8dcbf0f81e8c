// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace sase::os {

/// Replaces the contents of a file completely or not at all: readers see the old bytes or the new ones, also
/// after a crash. Until commit(), the new contents are in a file with another name in the same directory,
/// created with mode 0600; the destructor removes it without commit(). A symbolic link is replaced, not
/// followed.
class AtomicFile {
 public:
  /// The directory must exist. Throws std::system_error, also if the path is a directory or the directories
  /// on it violate the trust rule (trusted_file.hpp).
  explicit AtomicFile(std::string path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  /// Writes bytes and syncs them to the disk. Throws std::system_error.
  void write(std::string_view bytes);

  /// Throws std::system_error.
  void commit();

  /// The new file, locked (flock) until the destructor.
  [[nodiscard]] int fd() const noexcept { return file_.get(); }

 private:
  std::string path_;
  std::string temporary_;  ///< empty after commit()
  Fd file_;
};

/// Mode and group of a published file.
struct FileAccess {
  mode_t mode = 0600;
  std::optional<gid_t> group =
      {};  ///< by default the group of new files, if this user is in it, or else its own
};

/// Identifies one version of a file: device, inode and time of its last change, as text. Empty if there is no
/// file.
using FileIdentity = std::string;

/// A file that is replaced again and again while others read it. They see the old bytes or the new ones,
/// never a part, and the file is never more accessible than it should be. A new version is written beside it
/// as `NAME.new-XXXXXX` first. Several processes may write the file at the same time; the last one wins.
class PublishedFile {
 public:
  PublishedFile(std::string path, FileAccess access) noexcept;

  /// Checks whether the file can be written, by creating and removing a new version; also calls
  /// clear_leftovers(). Throws RejectedPath if the path is a directory or a link, or if others can replace
  /// the file; std::system_error for errors of the system.
  void prepare() const;

  /// Replaces the contents. Throws as prepare() does, and leaves the old file as it is then.
  [[nodiscard]] FileIdentity write(std::string_view bytes) const;

  [[nodiscard]] bool is_there() const { return !identity().empty(); }

  /// Of the file that is there now.
  [[nodiscard]] FileIdentity identity() const;

  /// Removes the file if write() returned this identity for it. False if it is another one or cannot be
  /// removed.
  [[nodiscard]] bool remove(const FileIdentity& written) const;

  /// Removes new versions that a killed writer left behind.
  void clear_leftovers() const noexcept;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  void check_place() const;

  std::string path_;
  FileAccess access_;
};

/// The number of a group that is named by its number or its name in /etc/group. Groups that only a directory
/// service knows must be named by number: a static program cannot load the C library's plug-ins. Nothing if
/// there is no such group.
[[nodiscard]] std::optional<gid_t> find_group(std::string_view name, const std::string& file = "/etc/group");

/// Whether this user may give a file to a group: it is in the group, or is root.
[[nodiscard]] bool may_give_to(gid_t group) noexcept;

}  // namespace sase::os
