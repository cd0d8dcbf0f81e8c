// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace sase::os {

/// Replaces the contents of a file completely or not at all: readers see the old bytes or the new ones, also
/// after a crash. Until commit(), the new contents are in a file with another name in the same directory,
/// created with mode 0600; the destructor removes it without commit(). A symbolic link is replaced, not
/// followed.
class AtomicFile {
 public:
  /// The name of the new file is the name of the file, this text and so many random letters.
  static constexpr std::string_view temporary_ending = ".new-";
  static constexpr std::size_t random_letters = 6;

  /// The directory must exist. Throws std::system_error, also if the path is a directory.
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
  void make();

  std::string path_;
  std::string temporary_;  ///< empty after commit()
  Fd file_;
};

}  // namespace sase::os
