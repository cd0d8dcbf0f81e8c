// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/environment.hpp"
#include "helper/failure.hpp"
#include "protocol/authorize/exchange.hpp"

#include <chrono>

namespace sase::token {

/// The authorizer could not even be started, so that the service was asked for nothing.
class AuthorizerNotStarted : public Failure {
 public:
  using Failure::Failure;
};

/// Whoever trades a key for a token.
class Authorizer {
 public:
  Authorizer() = default;
  Authorizer(const Authorizer&) = delete;
  Authorizer& operator=(const Authorizer&) = delete;
  virtual ~Authorizer() = default;

  /// Answers by `deadline`. Throws Failure when there is no answer of any kind.
  [[nodiscard]] virtual protocol::AuthorizeReply authorize(
      const protocol::AuthorizeRequest& request, std::chrono::steady_clock::time_point deadline) = 0;
};

/// Runs the program of that name for each request and talks to it through pipes
/// (protocol/authorize/exchange.hpp).
class AuthorizerProcess : public Authorizer {
 public:
  /// Of the environment, which must outlive this, only what OpenSSL and the resolver may need is handed on:
  /// no variable that can hold a key, and none that makes the loader or OpenSSL run code from somewhere else.
  explicit AuthorizerProcess(const Environment& environment) noexcept : environment_(environment) {}

  [[nodiscard]] protocol::AuthorizeReply authorize(const protocol::AuthorizeRequest& request,
                                                   std::chrono::steady_clock::time_point deadline) override;

 private:
  const Environment& environment_;
};

}  // namespace sase::token
