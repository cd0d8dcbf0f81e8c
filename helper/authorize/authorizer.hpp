// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/http/transport.hpp"
#include "helper/authorize/service/retry.hpp"
#include "helper/network/report/progress.hpp"
#include "protocol/authorize/request.hpp"

#include <chrono>
#include <string_view>

namespace sase::authorize {

/// Exchanges an API key for a token.
class Authorizer {
 public:
  /// All three must outlive this object.
  Authorizer(Transport& transport, Timing& timing, Progress& progress) noexcept
      : transport_(transport), timing_(timing), progress_(progress) {}

  /// Sends at most `most_tries` requests: retries after transient errors while time is left.
  [[nodiscard]] protocol::Outcome authorize(std::string_view api_key, unsigned most_tries);

  /// Checks the connection to the service step by step: sends at most one authorize request. Writes each
  /// check, and the token as soon as it has one; a check that fails after that does not change the outcome.
  /// Throws FailedAttempt if a check before the token fails.
  [[nodiscard]] protocol::Outcome probe(const protocol::AuthorizeRequest& request);

 private:
  [[nodiscard]] protocol::Outcome try_once(std::string_view body, std::string_view api_key);
  [[nodiscard]] protocol::Outcome probe_authorize(std::string_view api_key);
  void probe_read(std::string_view url, const protocol::BearerToken& token);

  Transport& transport_;
  Timing& timing_;
  Progress& progress_;
};

/// Writes the check `clock`, which compares the system clock, `now`, with the `Date` of the service's
/// response.
void report_clock(Progress& progress, std::string_view date, std::chrono::sys_seconds now);

/// Writes the check `read`, which is the response to a GET with the token. Its body is not shown.
void report_read(Progress& progress, const HttpReply& reply);

/// Carries out the request over the network and writes the complete response to `progress`, whatever happens.
/// The timeout begins at `start`. Throws what `progress` throws.
void authorize_over_network(const protocol::AuthorizeRequest& request,
                            std::chrono::steady_clock::time_point start, Progress& progress);

}  // namespace sase::authorize
