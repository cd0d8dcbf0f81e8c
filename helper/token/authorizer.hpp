// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/diagnostics.hpp"
#include "helper/environment.hpp"
#include "protocol/authorize/request.hpp"
#include "protocol/authorize/response.hpp"

#include <chrono>

namespace sase::token {

/// Exchanges an API key for a token.
class Authorizer {
 public:
  Authorizer() = default;
  Authorizer(const Authorizer&) = delete;
  Authorizer& operator=(const Authorizer&) = delete;
  virtual ~Authorizer() = default;

  /// Returns by `deadline`. Trace lines of the authorizer go to `trace` at once. An authorizer that fails is
  /// an error of kind ErrorKind::authorizer_failed, with the number of requests that it had sent.
  [[nodiscard]] virtual protocol::AuthorizeReply authorize(const protocol::AuthorizeRequest& request,
                                                           std::chrono::steady_clock::time_point deadline,
                                                           const Trace& trace) = 0;
};

/// Runs the program `authorize` for each request, and kills it at the deadline. The checks and the token that
/// have arrived by then are part of the reply.
class AuthorizerProcess : public Authorizer {
 public:
  /// The environment must outlive this object. The program receives only the variables that OpenSSL and the
  /// resolver may need: none that may contain a key, and none that makes the loader or OpenSSL run other
  /// code.
  explicit AuthorizerProcess(const Environment& environment) noexcept : environment_(environment) {}

  [[nodiscard]] protocol::AuthorizeReply authorize(const protocol::AuthorizeRequest& request,
                                                   std::chrono::steady_clock::time_point deadline,
                                                   const Trace& trace) override;

 private:
  const Environment& environment_;
};

}  // namespace sase::token
