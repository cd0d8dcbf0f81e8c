// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/http/transport.hpp"
#include "helper/authorize/report/progress.hpp"
#include "helper/authorize/service/retry.hpp"
#include "protocol/authorize/request.hpp"

#include <chrono>
#include <string_view>
#include <variant>

namespace sase::authorize {

/// Exchanges an API key for a token, with retries after transient errors while tries and time are left.
class Authorizer {
 public:
  /// All three must outlive this object.
  Authorizer(Transport& transport, Timing& timing, Progress& progress) noexcept
      : transport_(transport), timing_(timing), progress_(progress) {}

  /// Sends at most `most_tries` requests.
  [[nodiscard]] std::variant<protocol::TokenResponse, protocol::AuthError> authorize(std::string_view api_key,
                                                                                     unsigned most_tries);

 private:
  [[nodiscard]] std::variant<protocol::TokenResponse, protocol::AuthError> try_once(std::string_view body,
                                                                                    std::string_view api_key);

  Transport& transport_;
  Timing& timing_;
  Progress& progress_;
};

/// Carries out the request over the network and writes the complete response to `progress`, whatever happens.
/// The timeout begins at `start`. Throws what `progress` throws.
void authorize_over_network(const protocol::AuthorizeRequest& request,
                            std::chrono::steady_clock::time_point start, Progress& progress);

}  // namespace sase::authorize
