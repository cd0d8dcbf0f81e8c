// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/state_directory.hpp"

namespace sase::sandbox {

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
