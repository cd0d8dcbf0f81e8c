// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace sase::protocol {

/// A peer's words that cannot be understood. The text names the field and the rule, never a value, so it may
/// be shown as it is.
class ProtocolError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace sase::protocol
