// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"

#include <chrono>

namespace sase::os {

/// An exclusive flock(2) on an open file. The kernel releases it when the holder ends for whatever reason, so
/// there is no stale lock to clean up; the file itself is never removed.
class FileLock {
 public:
  /// Does not lock the file yet.
  explicit FileLock(Fd file) noexcept : file_(std::move(file)) {}

  /// Acquires the lock unless another process holds it. Throws std::system_error if the file system does not
  /// support flock.
  [[nodiscard]] bool acquire();

  /// Waits until no process holds the lock, and does not acquire it: the caller may not need it any more.
  /// False if `deadline` passed first. All waiting processes continue at the same time; passing the lock from
  /// one to the next took longer than everything else with 1,000 of them. Throws like acquire(). Uses
  /// SIGALRM; an alarm of the caller that is due during the wait is delivered after it.
  [[nodiscard]] bool wait(std::chrono::steady_clock::time_point deadline);

  /// The lock lasts as long as any process has this descriptor open.
  [[nodiscard]] int fd() const noexcept { return file_.get(); }

 private:
  Fd file_;
};

}  // namespace sase::os
