// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/StreamSocket.h>

#include <mutex>
#include <vector>

namespace sase::sandbox {

/// Connections that will never be answered (fault `hang`), kept open without a thread each.
/// Any thread may call any member.
class ParkedConnections {
 public:
  /// Keeps the connection open until the peer leaves, `clear` is called, or too many are parked.
  void park(const Poco::Net::StreamSocket& socket);
  void clear();

 private:
  std::mutex mutex_;
  std::vector<Poco::Net::StreamSocket> sockets_;
};

}  // namespace sase::sandbox
