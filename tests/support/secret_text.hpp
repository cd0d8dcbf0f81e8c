// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <string>

namespace sase::tests {

/// What a secret holds, to be compared with.
[[nodiscard]] inline std::string to_text(const protocol::Secret& secret) {
  return std::string(secret.reveal());
}

}  // namespace sase::tests
