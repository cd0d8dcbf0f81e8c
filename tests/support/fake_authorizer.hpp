// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/token/authorizer.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sase::tests {

/// An authorizer without a network: returns the outcome that was set, and keeps the last request.
class FakeAuthorizer : public token::Authorizer {
 public:
  struct Success {
    std::string token;
    std::chrono::seconds lifetime{};
  };

  /// The outcome of each request.
  std::variant<Success, protocol::AuthError> answer =
      Success{.token = "fresh-token", .lifetime = std::chrono::hours(1)};

  /// Runs during each request.
  std::function<void()> meanwhile = [] {};

  /// How many requests it reports, at most as many as it was allowed.
  unsigned requests = 1;

  /// The checks that it reports, and the HTTP status of the service's response.
  std::vector<protocol::Check> checks;
  std::optional<unsigned> status;

  /// The trace lines that it reports.
  std::vector<protocol::TraceLine> trace;

  int calls = 0;
  unsigned tries = 0;
  bool trace_wanted = false;
  protocol::Probe probe = protocol::Probe::none;
  std::string read_url;
  std::string url, api_key, ca_file, client_cert, client_key, proxy, no_proxy;
  std::chrono::milliseconds timeout{};
  std::chrono::steady_clock::time_point deadline;

  [[nodiscard]] protocol::AuthorizeReply authorize(const protocol::AuthorizeRequest& request,
                                                   std::chrono::steady_clock::time_point by,
                                                   const Trace& to) override {
    ++calls;
    url = request.url;
    api_key = request.api_key.reveal();
    ca_file = request.ca_file;
    client_cert = request.client_cert;
    client_key = request.client_key;
    proxy = request.proxy;
    no_proxy = request.no_proxy;
    tries = request.tries;
    trace_wanted = request.trace;
    probe = request.probe;
    read_url = request.read_url;
    timeout = request.timeout;
    deadline = by;
    meanwhile();
    for (const protocol::TraceLine& line : trace)
      to.line(Trace::Clock::time_point(line.at), line.what);
    return {.requests = std::min(requests, tries), .outcome = outcome(), .checks = checks, .status = status};
  }

 private:
  [[nodiscard]] std::variant<protocol::TokenResponse, protocol::AuthError> outcome() const {
    if (const auto* const auth_error = std::get_if<protocol::AuthError>(&answer)) return *auth_error;
    const Success& success = std::get<Success>(answer);
    return protocol::TokenResponse{.token = protocol::BearerToken(protocol::Secret(success.token)),
                                   .lifetime = success.lifetime};
  }
};

}  // namespace sase::tests
