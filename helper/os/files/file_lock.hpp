// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace sase::os {

/// An exclusive flock(2) on an open file. The kernel releases it when the holder ends for whatever reason, so
/// there is no stale lock to clean up.
class FileLock {
 public:
  /// Does not lock the file yet.
  explicit FileLock(Fd file) noexcept : file_(std::move(file)) {}

  /// Waits for the lock; false if `deadline` passed first. Acquires a free lock even after the deadline. The
  /// kernel passes the lock from one waiting process to the next. Throws std::system_error if the file system
  /// does not support flock. Uses SIGALRM; an alarm of the caller is delayed by the wait.
  [[nodiscard]] bool acquire(std::chrono::steady_clock::time_point deadline);

  void release() noexcept;

  /// The first `limit` bytes of the file. Throws std::system_error.
  [[nodiscard]] std::string read(std::size_t limit) const;

  /// Overwrites a part of the file. Throws std::system_error.
  void write(std::size_t offset, std::string_view bytes) const;

  /// The modification time since 1970. A caller can set it to keep a number where the disk is full: that
  /// needs no space. Both throw std::system_error.
  [[nodiscard]] std::chrono::nanoseconds modified() const;
  void set_modified(std::chrono::nanoseconds time) const;

  /// The lock lasts as long as any process has this descriptor open.
  [[nodiscard]] int fd() const noexcept { return file_.get(); }

 private:
  Fd file_;
};

}  // namespace sase::os
