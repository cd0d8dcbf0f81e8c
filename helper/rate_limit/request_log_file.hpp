// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/files/private_directory.hpp"
#include "helper/rate_limit/request_log.hpp"

#include <string>
#include <string_view>

namespace sase::rate_limit {

/// The file of a RequestLog, shared by all processes of one user: one for each API key at each URL, whatever
/// the profile, since the service counts by key. Whoever uses it has its turn (turn.hpp), but for a look
/// beforehand.
class RequestLogFile {
 public:
  /// `account` names the file; the directory must outlive this.
  RequestLogFile(const os::PrivateDirectory& directory, const std::string& key_id)
      : directory_(directory), file_(key_id + ".ledger") {}

  /// Empty where there is none. Throws std::system_error when the file cannot be read; one that is damaged is
  /// empty.
  [[nodiscard]] RequestLog read() const;

  /// Throws std::system_error.
  void write(const RequestLog& log) const;

 private:
  const os::PrivateDirectory& directory_;
  std::string file_;
};

/// Names the ledger and the lock of an API key at a URL: 32 hexadecimal digits, from which neither can be
/// had.
[[nodiscard]] std::string make_key_id(std::string_view authorize_url, std::string_view api_key);

/// The same for a key that a command writes, which is not at hand: the command's text stands for it.
[[nodiscard]] std::string make_command_key_id(std::string_view authorize_url, std::string_view command);

}  // namespace sase::rate_limit
