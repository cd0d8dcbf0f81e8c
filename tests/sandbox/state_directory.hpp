// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace sase::sandbox {

/// The directory (0700) in which the sandbox keeps its certificates, keys, address and process id.
/// Failures throw std::system_error or std::filesystem::filesystem_error.
class StateDirectory {
 public:
  /// Creates `path` and its parents if need be; an existing directory is closed to group and others.
  explicit StateDirectory(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::filesystem::path file(std::string_view name) const { return path_ / name; }

  /// The content of a file, or nothing when it cannot be read.
  [[nodiscard]] std::optional<std::string> read(std::string_view name) const;

  /// Replaces a file whole; it is 0600 from birth, readers see the old content or the new.
  void write(std::string_view name, std::string_view content) const;

  /// Removes a file; its absence is fine.
  void remove(std::string_view name) const noexcept;

 private:
  std::filesystem::path path_;
};

/// Keeps a second sandbox out of a state directory: it would replace the first one's certificate and address.
/// The kernel frees the lock when the process ends, however it ends.
class DirectoryLock {
 public:
  /// Waits some seconds for a sandbox that is just ending. Throws std::system_error or std::runtime_error.
  explicit DirectoryLock(const StateDirectory& directory);
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;
  ~DirectoryLock();

 private:
  int fd_;
};

}  // namespace sase::sandbox
