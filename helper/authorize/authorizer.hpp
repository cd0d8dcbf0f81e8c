// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/http/transport.hpp"
#include "helper/authorize/report/progress.hpp"
#include "helper/authorize/timing.hpp"
#include "protocol/authorize/exchange.hpp"

#include <chrono>
#include <string_view>
#include <variant>

namespace sase::authorize {

/// Trades a key for a token: asks, reads the reply, and asks again after a transient fault while tries and
/// time last.
class Authorizer {
 public:
  /// All three must outlive this.
  Authorizer(Transport& transport, Timing& timing, Progress& progress) noexcept
      : transport_(transport), timing_(timing), progress_(progress) {}

  /// With at most this many tries, and so at most this many requests.
  [[nodiscard]] std::variant<protocol::TokenResponse, protocol::AuthError> authorize(std::string_view api_key,
                                                                                     unsigned most_tries);

 private:
  [[nodiscard]] std::variant<protocol::TokenResponse, protocol::AuthError> try_once(std::string_view body,
                                                                                    std::string_view api_key);

  Transport& transport_;
  Timing& timing_;
  Progress& progress_;
};

/// The whole of it over the real network: a reply for every request, whatever happens. Never throws but for
/// want of memory.
[[nodiscard]] protocol::AuthorizeReply authorize_over_network(const protocol::AuthorizeRequest& request,
                                                              std::chrono::steady_clock::time_point deadline,
                                                              Progress& progress);

}  // namespace sase::authorize
