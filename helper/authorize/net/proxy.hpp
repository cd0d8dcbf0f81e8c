// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/host.hpp"
#include "protocol/secret.hpp"

#include <cstdint>
#include <string_view>

namespace sase::authorize {

/// The port of a proxy that names none. Not 80: curl takes 1080, and the same HTTPS_PROXY must mean the same
/// proxy here as there (curl(1), "--proxy").
inline constexpr std::uint16_t default_proxy_port = 1080;

/// A CONNECT proxy and how to log on to it.
struct Proxy {
  protocol::Host host;
  bool has_credentials = false;
  protocol::Secret user;
  protocol::Secret password;

  /// Reads `[http://][user[:password]@]host[:port][/]`; user and password are percent-decoded. Throws
  /// FailedAttempt (misconfigured), whose text never shows what stands before the `@`.
  [[nodiscard]] static Proxy parse(std::string_view setting);
};

}  // namespace sase::authorize
