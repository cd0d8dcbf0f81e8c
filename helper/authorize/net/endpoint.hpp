// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/host.hpp"

#include <string>
#include <string_view>

namespace sase::authorize {

/// Where to POST, taken apart.
struct Endpoint {
  protocol::Host host;
  std::string path;  ///< begins with `/`; printable ASCII without blanks, so it cannot end the request line

  /// Throws FailedAttempt (misconfigured) for a URL that is not https or cannot be used.
  [[nodiscard]] static Endpoint parse(std::string_view url);
};

/// A host's name as resolvers and certificates want it: an IPv6 address without its brackets.
[[nodiscard]] std::string bare_name(const protocol::Host& host);

/// Whether the host is an IP address and not a name.
[[nodiscard]] bool is_address(const protocol::Host& host);

/// `name:port`, the port always named.
[[nodiscard]] std::string authority(const protocol::Host& host);

}  // namespace sase::authorize
