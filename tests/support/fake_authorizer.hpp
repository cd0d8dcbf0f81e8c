// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/policy/authorizer.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <variant>

namespace sase::tests {

/// An authorizer without a network: it gives the answer that was set, and remembers what it was asked.
class FakeAuthorizer : public helper::Authorizer {
 public:
  struct Grant {
    std::string token;
    std::chrono::seconds lifetime{};
  };

  /// What it answers, until told otherwise.
  std::variant<Grant, protocol::Denied> answer =
      Grant{.token = "fresh-token", .lifetime = std::chrono::hours(1)};

  /// What happens while it is being asked.
  std::function<void()> meanwhile = [] {};

  int calls = 0;
  std::string url, api_key, ca_file, client_cert, client_key, proxy, no_proxy;
  std::chrono::milliseconds timeout{};
  std::chrono::steady_clock::time_point deadline;

  [[nodiscard]] protocol::AuthorizeReply authorize(const protocol::AuthorizeRequest& request,
                                                   std::chrono::steady_clock::time_point by) override {
    ++calls;
    url = request.url;
    api_key = request.api_key.reveal();
    ca_file = request.ca_file;
    client_cert = request.client_cert;
    client_key = request.client_key;
    proxy = request.proxy;
    no_proxy = request.no_proxy;
    timeout = request.timeout;
    deadline = by;
    meanwhile();
    if (const auto* const denied = std::get_if<protocol::Denied>(&answer))
      return {.requests = 1, .outcome = *denied};
    const Grant& grant = std::get<Grant>(answer);
    return {.requests = 1,
            .outcome = protocol::Granted{.token = protocol::BearerToken(protocol::Secret(grant.token)),
                                         .lifetime = grant.lifetime}};
  }
};

}  // namespace sase::tests
