// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sase::os {

/// The socket on which a service tells its manager how it is: lines such as `READY=1` in one datagram
/// (sd_notify(3), "Standalone Implementations").
class NotifySocket {
 public:
  /// `address` is `NOTIFY_SOCKET` of the environment: an absolute path, or `@` and an abstract name. Without
  /// one nothing is told. Throws std::system_error for one that cannot be used.
  explicit NotifySocket(std::optional<std::string_view> address);

  /// Whether there is somebody to tell.
  [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(socket_); }

  /// Tells it, within a second; whether that went well.
  bool tell(std::string_view lines) const noexcept;

 private:
  Fd socket_;
};

}  // namespace sase::os
