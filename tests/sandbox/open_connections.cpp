// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/open_connections.hpp"

#include <sys/socket.h>

namespace sase::sandbox {

OpenConnections::Entry::Entry(OpenConnections& connections, int fd) : connections_(connections), fd_(fd) {
  const std::lock_guard lock(connections_.mutex_);
  connections_.fds_.insert(fd_);
  if (connections_.shut_) ::shutdown(fd_, SHUT_RDWR);
}

OpenConnections::Entry::~Entry() {
  const std::lock_guard lock(connections_.mutex_);
  connections_.fds_.erase(connections_.fds_.find(fd_));
}

void OpenConnections::shut_down() {
  const std::lock_guard lock(mutex_);
  shut_ = true;
  for (const int fd : fds_)
    ::shutdown(fd, SHUT_RDWR);
}

}  // namespace sase::sandbox
