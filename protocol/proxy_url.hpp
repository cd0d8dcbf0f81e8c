// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/host.hpp"
#include "protocol/secret.hpp"

#include <cstdint>
#include <string_view>

namespace sase::protocol {

/// The port of a proxy URL without one. It is curl's default (curl(1), "--proxy") and not 80, so that the
/// same HTTPS_PROXY names the same proxy for both programs.
inline constexpr std::uint16_t default_proxy_port = 1080;

/// A CONNECT proxy and the credentials for it.
struct ProxyUrl {
  Host host;
  bool has_credentials = false;
  Secret user;
  Secret password;

  /// Parses `[http://][user[:password]@]host[:port][/]` and percent-decodes user and password. Throws
  /// ProtocolError, whose text contains no part of the URL.
  [[nodiscard]] static ProxyUrl parse(std::string_view url);
};

}  // namespace sase::protocol
