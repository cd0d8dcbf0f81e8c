// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sase::os {

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
