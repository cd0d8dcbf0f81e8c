// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <string>
#include <string_view>

namespace sase::authorize {

/// What came back over HTTP; header fields are as the service wrote them, empty where it wrote none.
struct HttpReply {
  int status = 0;
  std::string content_type;
  std::string date;
  std::string retry_after;
  std::string location;
  protocol::Secret body;
};

/// The way to the service. Abstract so that everything above it is tested without a network.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// Sends one request with `body` and gives the reply, whatever its status. Throws FailedAttempt.
  [[nodiscard]] virtual HttpReply post(std::string_view body) = 0;

  /// Reads what is at `url`, which must be at the same host, with a token. Throws likewise.
  [[nodiscard]] virtual HttpReply get(std::string_view url, std::string_view token) = 0;

  /// Goes as far as speaking TLS, and asks for nothing. Throws likewise.
  virtual void reach() = 0;
};

}  // namespace sase::authorize
