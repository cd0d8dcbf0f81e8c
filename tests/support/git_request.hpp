// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sase::tests {

/// A request of git's for a host.
[[nodiscard]] inline std::string for_host(const std::string& host) {
  return "protocol=https\nhost=" + host + "\n";
}

}  // namespace sase::tests
