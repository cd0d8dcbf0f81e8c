// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/open_connections.hpp"

#include <Poco/Timespan.h>

#include <cstddef>

#include <sys/socket.h>

namespace sase::sandbox {

namespace {

constexpr std::size_t most = 4096;

/// Readable means closed: the peer has no reason to send anything.
bool has_left(const Poco::Net::StreamSocket& socket) {
  return socket.poll(Poco::Timespan(0), Poco::Net::Socket::SELECT_READ);
}

}  // namespace

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

void ParkedConnections::park(const Poco::Net::StreamSocket& socket) {
  const std::lock_guard lock(mutex_);
  std::erase_if(sockets_, has_left);
  if (sockets_.size() < most) sockets_.push_back(socket);
}

void ParkedConnections::clear() {
  const std::lock_guard lock(mutex_);
  sockets_.clear();
}

}  // namespace sase::sandbox
