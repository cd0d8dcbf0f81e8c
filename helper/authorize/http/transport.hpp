// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/network/report/progress.hpp"
#include "protocol/secret.hpp"

#include <string>
#include <string_view>

namespace sase::authorize {

using network::FailedAttempt;
using network::Progress;

/// The reply to one HTTP request. Header fields are as the service wrote them; empty if absent.
struct HttpReply {
  int status = 0;
  std::string content_type;
  std::string date;
  std::string retry_after;
  std::string location;
  protocol::Secret body;
};

/// The connection to the service. Abstract so that its users are tested without a network. Each function
/// throws FailedAttempt.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// Sends one request with `body` and returns the reply, whatever its status.
  [[nodiscard]] virtual HttpReply post(std::string_view body) = 0;

  /// Reads `url`, which must be at the same host, with a token.
  [[nodiscard]] virtual HttpReply get(std::string_view url, std::string_view token) = 0;

  /// Connects up to and including the TLS handshake; sends no request.
  virtual void reach() = 0;
};

}  // namespace sase::authorize
