// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/rate_limit/refresh_lock.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace sase::rate_limit {

inline RequestLog with_rejections(unsigned consecutive_rejections) {
  RequestLog log;
  log.consecutive_rejections = consecutive_rejections;
  return log;
}

inline RequestLog with_a_request() {
  RequestLog log;
  log.requests.push_back(BootClock::now());
  return log;
}

inline std::optional<RefreshLock> acquire(const std::string& directory, const std::string& key_id,
                                          std::chrono::milliseconds patience = {}) {
  return RefreshLock::acquire(directory, key_id, BootClock::now() + patience,
                              BootClock::now() + std::chrono::minutes(1));
}

struct LogDirectory {
  tests::TemporaryDirectory root;
  os::PrivateDirectory directory = os::PrivateDirectory::create(root.path("state"));

  [[nodiscard]] RequestLog read(const std::string& key_id) const {
    return read_request_log(directory, key_id);
  }
  void write(const std::string& key_id, const RequestLog& log) const {
    acquire(root.path("state"), key_id)->write_log(log);
  }
};

}  // namespace sase::rate_limit
