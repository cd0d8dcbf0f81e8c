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

}  // namespace sase::authorize
