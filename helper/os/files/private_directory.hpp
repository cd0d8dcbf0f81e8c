// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sase::os {

/// A directory that only its owner, who is this user, can open; files in it are reached through its
/// descriptor, so that it cannot be swapped for another one meanwhile.
class PrivateDirectory {
 public:
  /// Opens it; nothing where there is none. Throws std::system_error when it is a link, another
  /// user's, or open to the group or others.
  [[nodiscard]] static std::optional<PrivateDirectory> open(const std::string& path);

  /// Opens it and makes it first where need be, with mode 0700, and its parents likewise.
  [[nodiscard]] static PrivateDirectory create(const std::string& path);

  /// Opens a file for reading; a closed Fd where there is none. Throws std::system_error for a link,
  /// something that is no regular file, another user's, or one open to the group or others.
  [[nodiscard]] Fd open_file(const std::string& name) const;

  /// Opens a file to lock, made with mode 0600 where need be.
  [[nodiscard]] Fd open_lock(const std::string& name) const;

  /// Replaces a file whole: readers see the old bytes or the new ones, never a part. Not synced to the disk:
  /// what is kept here can be had again.
  void replace_file(const std::string& name, std::string_view bytes) const;

  /// The names of all that is in it, in no order. Throws std::system_error.
  [[nodiscard]] std::vector<std::string> names() const;

  /// Removes a file if it is there.
  void remove_file(const std::string& name) const;

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  PrivateDirectory(Fd fd, std::string path) noexcept : fd_(std::move(fd)), path_(std::move(path)) {}

  Fd fd_;
  std::string path_;
};

/// Makes a directory and its parents, where they are not there, with mode 0700. Throws std::system_error.
void create_private_directories(const std::string& path);

/// Opens a file to append to, made with mode 0600 where there is none. Throws std::system_error for a link,
/// something that is no regular file, another user's, or one open to the group or others.
[[nodiscard]] Fd open_private_log(const std::string& path);

}  // namespace sase::os
