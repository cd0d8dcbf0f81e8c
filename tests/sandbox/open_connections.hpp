// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/StreamSocket.h>

#include <mutex>
#include <set>
#include <vector>

namespace sase::sandbox {

/// The connections that threads are serving, so that another thread can end them. Thread-safe.
class OpenConnections {
 public:
  /// Registers a connection while it is served.
  class Entry {
   public:
    Entry(OpenConnections& connections, int fd);
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry();

   private:
    OpenConnections& connections_;
    int fd_;
  };

  /// Shuts down all current and future connections. Below TLS, because another thread may be using OpenSSL.
  void shut_down();

 private:
  std::mutex mutex_;
  std::multiset<int> fds_;  ///< The kernel may reuse a number before its entry is removed.
  bool shut_ = false;
};

/// Connections that never get a response (fault `hang`), kept open without a thread each. Thread-safe.
class ParkedConnections {
 public:
  /// Keeps the connection open until the peer closes it or `clear` is called. Closes it if too many are
  /// parked.
  void park(const Poco::Net::StreamSocket& socket);
  void clear();

 private:
  std::mutex mutex_;
  std::vector<Poco::Net::StreamSocket> sockets_;
};

}  // namespace sase::sandbox
