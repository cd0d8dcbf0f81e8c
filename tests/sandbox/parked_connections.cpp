// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/parked_connections.hpp"

#include <Poco/Timespan.h>

#include <cstddef>

namespace sase::sandbox {

namespace {

constexpr std::size_t most = 4096;

/// A peer that was promised nothing has only its goodbye to send.
bool has_left(const Poco::Net::StreamSocket& socket) {
  return socket.poll(Poco::Timespan(0), Poco::Net::Socket::SELECT_READ);
}

}  // namespace

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
