// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <set>

namespace sase::sandbox {

/// The connections that a thread is serving, so that they can be ended from outside. Any thread may call any
/// member.
class OpenConnections {
 public:
  /// One connection's entry, for as long as it is served.
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

  /// Ends every connection, now and to come. Below TLS: another thread may be inside OpenSSL with it.
  void shut_down();

 private:
  std::mutex mutex_;
  std::multiset<int> fds_;  ///< The kernel may hand out a number again before its entry is gone.
  bool shut_ = false;
};

}  // namespace sase::sandbox
