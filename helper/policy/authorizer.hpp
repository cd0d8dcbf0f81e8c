// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/environment.hpp"
#include "protocol/exchange.hpp"

#include <chrono>
#include <string_view>

namespace sase::helper {

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

/// Runs the program of that name for each request and talks to it through pipes (protocol/exchange.hpp).
class AuthorizerProcess : public Authorizer {
 public:
  /// The environment is handed on, less every variable that may hold an API key: those that end in API_KEY,
  /// and the one that a profile names for it (`key_variable`, may be empty). Both must outlive this.
  AuthorizerProcess(const Environment& environment, std::string_view key_variable) noexcept
      : environment_(environment), key_variable_(key_variable) {}

  [[nodiscard]] protocol::AuthorizeReply authorize(const protocol::AuthorizeRequest& request,
                                                   std::chrono::steady_clock::time_point deadline) override;

 private:
  const Environment& environment_;
  std::string_view key_variable_;
};

}  // namespace sase::helper
