// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/state_folder.hpp"

namespace sase::sandbox {

/// Keeps a second sandbox out of a state folder: it would replace the first one's certificate and address.
/// The kernel frees the lock when the process ends, however it ends.
class FolderLock {
 public:
  /// Waits some seconds for a sandbox that is just ending. Throws std::system_error or std::runtime_error.
  explicit FolderLock(const StateFolder& folder);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  int fd_;
};

}  // namespace sase::sandbox
