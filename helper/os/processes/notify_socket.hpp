// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"

#include <optional>
#include <string_view>

namespace sase::os {

/// The socket on which a service notifies its manager of its state: lines such as `READY=1` in one datagram
/// (sd_notify(3), "Standalone Implementations").
class NotifySocket {
 public:
  /// `address` is the value of NOTIFY_SOCKET: an absolute path, or `@` and an abstract name. Without one,
  /// notifications are discarded. Throws std::system_error for an unusable address.
  explicit NotifySocket(std::optional<std::string_view> address);

  /// Sends a notification within a second. False if that failed.
  bool tell(std::string_view lines) const noexcept;

 private:
  Fd socket_;
};

}  // namespace sase::os
