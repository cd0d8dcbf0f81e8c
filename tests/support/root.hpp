// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/catch.hpp"

#include <unistd.h>

namespace sase::tests {

/// Whether a test may arrange what only root can. If not, the report of the test says so.
[[nodiscard]] inline bool is_root() {
  if (::geteuid() == 0) return true;
  WARN("not tried: only root can arrange it");
  return false;
}

}  // namespace sase::tests
