// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/files/file_lock.hpp"
#include "helper/os/files/private_directory.hpp"
#include "helper/rate_limit/request_log_file.hpp"

#include <array>
#include <chrono>
#include <string>

namespace sase::rate_limit {

/// The right to ask the service about one API key at one URL, which one process at a time has, and the ledger
/// of it. The kernel takes the right back when its holder dies.
class RefreshLock {
 public:
  /// Lines up for it. Makes the directory where need be. Throws std::system_error where there can be no lock.
  RefreshLock(const std::string& directory, const std::string& key_id);

  /// As FileLock does.
  [[nodiscard]] bool take() { return lock_.take(); }
  [[nodiscard]] bool wait_until_free(std::chrono::steady_clock::time_point deadline) {
    return lock_.wait_until_free(deadline);
  }

  /// May be read by those who wait, and is written by the one whose turn it is. Both throw std::system_error.
  [[nodiscard]] RequestLog read_log() const { return RequestLogFile(directory_, key_id_).read(); }
  void write_log(const RequestLog& log) const { RequestLogFile(directory_, key_id_).write(log); }

  /// What must stay open for the turn to be kept.
  [[nodiscard]] std::array<int, 2> descriptors() const noexcept { return {directory_.fd(), lock_.fd()}; }

 private:
  os::PrivateDirectory directory_;
  os::FileLock lock_;
  std::string key_id_;
};

}  // namespace sase::rate_limit
