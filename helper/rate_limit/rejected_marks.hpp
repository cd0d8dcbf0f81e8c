// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/files/file_system.hpp"
#include "helper/rate_limit/request_log.hpp"

#include <string>

/// Rejected tokens of the fleet, each recorded by its tag (cache::tag_token()) in the name of an empty file
/// beside the lock, `KEY.rejected.TAG`: that needs neither the lock nor space on the disk.
namespace sase::rate_limit {

/// Keeps the latest marks, no more than the log has tags. Throws std::system_error.
void mark_rejected(const std::string& directory, const std::string& key_id, const std::string& tag);

/// Adds the marks of a directory, if it exists, to a log. Throws std::system_error.
void add_rejected(RequestLog& log, const os::PrivateDirectory& directory, const std::string& key_id);
void add_rejected(RequestLog& log, const std::string& directory, const std::string& key_id);

/// Once the log is written. A mark that stays costs nothing.
void remove_rejected(const RequestLog& log, const os::PrivateDirectory& directory,
                     const std::string& key_id) noexcept;

}  // namespace sase::rate_limit
