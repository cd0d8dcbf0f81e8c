// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"

#include <chrono>

namespace sase::os {

/// An exclusive flock(2) on an open file. The kernel frees it when the holder dies, however it dies, so there
/// is no stale lock to clean up; the file itself is never removed.
class FileLock {
 public:
  /// Does not lock it yet.
  explicit FileLock(Fd file) noexcept : file_(std::move(file)) {}

  /// Takes the lock unless somebody else has it. Throws std::system_error where the file system has no flock.
  [[nodiscard]] bool take();

  /// Waits until nobody has it, for one who may then have no need of it any more; false when `deadline`
  /// passed first. All who wait go on at once, and need not hand the lock from one to the next, each waiting
  /// for the processor: with 1,000 of them that took longer than all else. Throws likewise. Uses SIGALRM
  /// meanwhile; an alarm of the caller's that is due then comes afterwards.
  [[nodiscard]] bool wait_until_free(std::chrono::steady_clock::time_point deadline);

  /// The lock lasts as long as any process has this descriptor open.
  [[nodiscard]] int fd() const noexcept { return file_.get(); }

 private:
  Fd file_;
};

}  // namespace sase::os
