// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/authorize/exchange.hpp"

#include <exception>
#include <utility>

namespace sase::helper::authorize {

/// A try that came to nothing, with what a person is to be told about it.
class FailedAttempt : public std::exception {
 public:
  explicit FailedAttempt(protocol::Denied denied) noexcept : denied_(std::move(denied)) {}

  [[nodiscard]] const protocol::Denied& denied() const noexcept { return denied_; }
  [[nodiscard]] const char* what() const noexcept override { return denied_.what.c_str(); }

 private:
  protocol::Denied denied_;
};

}  // namespace sase::helper::authorize
