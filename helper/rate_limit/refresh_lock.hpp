// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/files/file_lock.hpp"
#include "helper/os/files/private_directory.hpp"
#include "helper/rate_limit/request_log.hpp"

#include <array>
#include <chrono>
#include <string>
#include <string_view>

namespace sase::rate_limit {

/// Names the lock and the request log of an API key at a URL: 32 hexadecimal digits that reveal neither. All
/// profiles with the same key share them, since the service counts requests by key.
[[nodiscard]] std::string make_key_id(std::string_view authorize_url, std::string_view api_key);

/// The same for an `api-key-command`, whose key is not known at each call: derived from the command's text.
[[nodiscard]] std::string make_command_key_id(std::string_view authorize_url, std::string_view command);

/// The request log of a key id, without the lock; empty if it does not exist or is damaged. Throws
/// std::system_error if the file cannot be read.
[[nodiscard]] RequestLog read_request_log(const os::PrivateDirectory& directory, const std::string& key_id);

/// Single flight: only the process that holds this lock sends requests with the key, and writes the request
/// log. The kernel releases the lock when its holder dies.
class RefreshLock {
 public:
  /// Opens the lock, and creates the directory if it does not exist. Throws std::system_error if there can be
  /// no lock.
  RefreshLock(const std::string& directory, const std::string& key_id);

  /// Acquires the lock unless another process holds it. Throws std::system_error.
  [[nodiscard]] bool acquire() { return lock_.acquire(); }

  /// Waits until the holder has released the lock; false if `deadline` passes first. Throws
  /// std::system_error.
  [[nodiscard]] bool wait(std::chrono::steady_clock::time_point deadline) { return lock_.wait(deadline); }

  /// Waiting processes may read the log. Throws std::system_error.
  [[nodiscard]] RequestLog read_log() const { return read_request_log(directory_, key_id_); }
  void write_log(const RequestLog& log) const;

  /// A child that keeps these open keeps the lock.
  [[nodiscard]] std::array<int, 2> descriptors() const noexcept { return {directory_.fd(), lock_.fd()}; }

 private:
  os::PrivateDirectory directory_;
  os::FileLock lock_;
  std::string key_id_;
};

}  // namespace sase::rate_limit
