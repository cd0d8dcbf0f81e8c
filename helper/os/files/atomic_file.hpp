// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace sase::os {

/// New contents for a file, which take its place whole or not at all: readers see the old bytes or the new
/// ones, also after a crash. Until commit() they lie beside it under another name, mode 0600 from birth; what
/// is not committed is gone when this goes. A link in the file's place is replaced, not followed.
class AtomicFile {
 public:
  /// What stands between the file's name and so many random letters in the name of a new one.
  static constexpr std::string_view temporary_ending = ".new-";
  static constexpr std::size_t random_letters = 6;

  /// The directory must exist. Throws std::system_error, also where a directory is in the file's place.
  explicit AtomicFile(std::string path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  /// Writes bytes and sees them safe on the disk. Throws std::system_error.
  void write(std::string_view bytes);

  /// Throws std::system_error.
  void commit();

  /// The new file, which is locked (flock) while this lives.
  [[nodiscard]] int fd() const noexcept { return file_.get(); }

 private:
  void make();

  std::string path_;
  std::string temporary_;  ///< empty once it is committed
  Fd file_;
};

}  // namespace sase::os
