// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace sase::os {

/// A path that is not used for a reason of this program, with a message of its own instead of that of EPERM.
class RejectedPath : public std::system_error {
 public:
  explicit RejectedPath(const std::string& what, const std::string& hint = {})
      : std::system_error(EPERM, std::generic_category()),
        what_(std::make_shared<const std::string>(what)),
        hint_(std::make_shared<const std::string>(hint)) {}

  [[nodiscard]] const char* what() const noexcept override { return what_->c_str(); }

  /// The remedy, or empty.
  [[nodiscard]] const std::string& hint() const noexcept { return *hint_; }

 private:
  std::shared_ptr<const std::string> what_, hint_;  // copying an exception must not throw
};

/// What stat(2) reports about a file.
struct FileStatus {
  enum class Kind { regular, directory, other };

  Kind kind = Kind::other;
  unsigned permissions = 0;  ///< the bits of chmod(2) 0777
  unsigned owner = 0;
  std::uint64_t size = 0;               ///< bytes
  std::chrono::sys_seconds modified{};  ///< the time of the last change of the contents

  [[nodiscard]] bool is(Kind wanted) const noexcept { return kind == wanted; }
  /// The owner is the effective user of this process.
  [[nodiscard]] bool is_own() const noexcept;
  [[nodiscard]] bool is_own_or_root() const noexcept { return owner == 0 || is_own(); }
  /// The group or others may read, write or search it.
  [[nodiscard]] bool is_open_to_others() const noexcept { return (permissions & 077U) != 0; }
};

/// The number of the effective user of this process.
[[nodiscard]] unsigned effective_user() noexcept;

/// The status of an open file, of a path, or of a path whose last component may be a symbolic link that is
/// not followed. Nothing where the system returns an error: see last_error().
[[nodiscard]] std::optional<FileStatus> read_status(const Fd& file) noexcept;
[[nodiscard]] std::optional<FileStatus> read_status(const std::string& path) noexcept;
[[nodiscard]] std::optional<FileStatus> read_link_status(const std::string& path) noexcept;

/// Whether this process can find a file or directory at the path.
[[nodiscard]] inline bool exists(const std::string& path) noexcept { return read_status(path).has_value(); }

/// Whether the path is a directory in which this process can create files.
[[nodiscard]] bool may_write_directory(const std::string& path) noexcept;

/// Whether a file or directory is on a file system in memory (tmpfs, ramfs). False if that is unknown.
[[nodiscard]] bool is_in_memory(int fd) noexcept;
[[nodiscard]] bool is_in_memory(const std::string& path) noexcept;

/// Removes a file; an error code that is not set means success.
[[nodiscard]] std::error_code remove_file(const std::string& path) noexcept;

/// The names in a directory, without `.` and `..`, in no order. Empty if the directory cannot be opened.
[[nodiscard]] std::vector<std::string> list_directory(const std::string& path);

/// The same for an open directory; `path` is for the error message. Throws std::system_error.
[[nodiscard]] std::vector<std::string> list_directory(const Fd& directory, const std::string& path);

/// A directory that belongs to this user and that no other user can open or replace (trusted_file.hpp). Files
/// in it are opened through its descriptor, so that another directory cannot take its place.
class PrivateDirectory {
 public:
  /// Opens a directory; nothing if it does not exist. Throws std::system_error if it is a link, belongs to
  /// another user, is open to the group or others, or if others can write a directory on its path.
  [[nodiscard]] static std::optional<PrivateDirectory> open(const std::string& path);

  /// Opens a directory; creates it and its parents with mode 0700 if they do not exist.
  [[nodiscard]] static PrivateDirectory create(const std::string& path);

  /// Opens a file for reading; a closed Fd if it does not exist. Throws std::system_error if it is not a
  /// regular file, belongs to another user, or is open to the group or others.
  [[nodiscard]] Fd open_file(const std::string& name) const;

  /// Opens a file to lock; creates it with mode 0600 if it does not exist.
  [[nodiscard]] Fd open_lock(const std::string& name) const;

  /// Whether the file of that name is the open file `fd`.
  [[nodiscard]] bool leads_to(const std::string& name, int fd) const noexcept;

  /// Renames a file, and replaces the one that has the new name.
  void rename_file(const std::string& from, const std::string& to) const;

  /// Replaces a file: readers see the old bytes or the new ones, never a part. Not synced to the disk,
  /// because the files of this directory can be obtained again.
  void replace_file(const std::string& name, std::string_view bytes) const;

  /// The names of the entries, in no order. Throws std::system_error.
  [[nodiscard]] std::vector<std::string> names() const;

  /// The names with a prefix; the file that was changed last is the last one. Throws std::system_error.
  [[nodiscard]] std::vector<std::string> names_by_age(std::string_view prefix) const;

  /// Removes a file if it exists.
  void remove_file(const std::string& name) const;

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

 private:
  PrivateDirectory(Fd fd, std::string path) noexcept : fd_(std::move(fd)), path_(std::move(path)) {}

  Fd fd_;
  std::string path_;
};

/// Creates a directory and its parents with mode 0700 if they do not exist. Throws std::system_error.
void create_private_directories(const std::string& path);

/// Opens a file to append to; creates it with mode 0600 if it does not exist. Throws std::system_error if it
/// is not a regular file, belongs to another user, is open to the group or others, or if others can write a
/// directory on its path.
[[nodiscard]] Fd open_private_log(const std::string& path);

}  // namespace sase::os
