// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/authorize/error_kind.hpp"

#include <exception>
#include <utility>

namespace sase::authorize {

/// Ends a try; carries the error to report.
class FailedAttempt : public std::exception {
 public:
  explicit FailedAttempt(protocol::AuthError auth_error) noexcept : auth_error_(std::move(auth_error)) {}

  [[nodiscard]] const protocol::AuthError& auth_error() const noexcept { return auth_error_; }
  [[nodiscard]] const char* what() const noexcept override { return auth_error_.what.c_str(); }

 private:
  protocol::AuthError auth_error_;
};

}  // namespace sase::authorize
