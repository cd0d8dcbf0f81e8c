// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace sase::protocol {

/// A malformed message of a peer. The text names the field and the rule. It contains at most short, escaped
/// names from the message and never a secret, so that it can be printed.
class ProtocolError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace sase::protocol
