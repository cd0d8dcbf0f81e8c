// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/posix/fd.hpp"

#include <chrono>
#include <optional>

namespace sase::helper {

/// An exclusive flock(2) on an open file. The kernel frees it when the holder dies, however it dies, so there
/// is no stale lock to clean up; the file itself is never removed.
class FileLock {
 public:
  /// Waits for the lock until `deadline`; nothing when it passed first. Takes the descriptor over. Throws
  /// std::system_error where the file system has no flock. Uses SIGALRM while it waits.
  [[nodiscard]] static std::optional<FileLock> acquire(Fd file,
                                                       std::chrono::steady_clock::time_point deadline);

 private:
  explicit FileLock(Fd file) noexcept : file_(std::move(file)) {}

  Fd file_;
};

}  // namespace sase::helper
