// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/files/file_system.hpp"
#include "helper/rate_limit/lock_protocol.hpp"
#include "helper/rate_limit/request_log.hpp"

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sase::rate_limit {

/// Names the lock file of an API key at a URL: 32 hexadecimal digits that reveal neither. All profiles with
/// the same key share it, since the service counts requests by key.
[[nodiscard]] std::string make_key_id(std::string_view authorize_url, std::string_view api_key);

/// The same for an `api-key-command`, whose key is not known at each call: derived from the command's text.
[[nodiscard]] std::string make_command_key_id(std::string_view authorize_url, std::string_view command);

/// The request log of a key id, without the lock. Empty if it does not exist or is damaged. Throws
/// std::system_error if the file cannot be read.
[[nodiscard]] RequestLog read_request_log(const os::PrivateDirectory& directory, const std::string& key_id);

/// The process that still holds the lock of a key id after its deadline. Throws std::system_error.
[[nodiscard]] std::optional<LockHolder> find_overdue_holder(const os::PrivateDirectory& directory,
                                                            const std::string& key_id);

/// Single flight: only the process that holds this lock sends requests with the key, and writes the request
/// log, which is in the lock file. An object of this class is an acquired lock. The kernel releases it when
/// all processes that have the file open have ended.
class RefreshLock {
 public:
  /// Acquires the lock, and creates its directory if that does not exist; nothing if `wait_until` passed
  /// first. `deadline` is recorded: after it, other processes may replace the lock. Calls `on_wait` before it
  /// waits. Throws std::system_error if there can be no lock.
  [[nodiscard]] static std::optional<RefreshLock> acquire(const std::string& directory,
                                                          const std::string& key_id, BootTime wait_until,
                                                          BootTime deadline,
                                                          const std::function<void()>& on_wait = {});

  /// Both throw std::system_error. Where the disk is full, the log keeps the number of requests, the holder's
  /// deadline, and whether the log of the predecessor is included.
  [[nodiscard]] RequestLog read_log() const;
  void write_log(const RequestLog& log) const;

  /// Records another deadline, for the child process that keeps the lock. False if it came too late: another
  /// process may have replaced the lock.
  [[nodiscard]] bool extend(BootTime deadline);

  /// Throws std::system_error unless the disk has space for that many bytes.
  void require_space(std::size_t size) const;

  /// False after the deadline, when other processes may replace the lock, or if the file has been removed.
  [[nodiscard]] bool is_current() const;

  /// The stopped process whose lock this one replaced.
  [[nodiscard]] const std::optional<LockHolder>& replaced_holder() const noexcept { return replaced_; }

  /// A child that keeps these open keeps the lock.
  [[nodiscard]] std::array<int, 2> descriptors() const noexcept;

 private:
  RefreshLock() = default;

  std::unique_ptr<LockDirectory> directory_;
  std::unique_ptr<LockFile> file_;
  BootTime deadline_;
  std::optional<LockHolder> replaced_;
};

}  // namespace sase::rate_limit
