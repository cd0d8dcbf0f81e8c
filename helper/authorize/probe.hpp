// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/http/transport.hpp"
#include "helper/authorize/report/progress.hpp"
#include "helper/authorize/service/retry.hpp"
#include "protocol/authorize/request.hpp"

#include <string_view>
#include <variant>

namespace sase::authorize {

/// Checks the connection to the service step by step, without retries: it sends at most one authorize
/// request.
class ConnectivityProbe {
 public:
  /// All three must outlive this object.
  ConnectivityProbe(Transport& transport, Timing& timing, Progress& progress) noexcept
      : transport_(transport), timing_(timing), progress_(progress) {}

  /// Writes each check, and the token as soon as it has one. A check that fails after that does not change
  /// the outcome. Throws FailedAttempt if a check before the token fails.
  [[nodiscard]] std::variant<protocol::TokenResponse, protocol::AuthError> run(
      const protocol::AuthorizeRequest& request);

 private:
  [[nodiscard]] std::variant<protocol::TokenResponse, protocol::AuthError> authorize(
      std::string_view api_key);
  void read(std::string_view url, const protocol::BearerToken& token);

  Transport& transport_;
  Timing& timing_;
  Progress& progress_;
};

/// Writes the check `read`, which is the response to a GET with the token. Its body is not shown.
void report_read(Progress& progress, const HttpReply& reply);

}  // namespace sase::authorize
