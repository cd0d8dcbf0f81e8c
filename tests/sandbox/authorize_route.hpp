// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/api_keys.hpp"
#include "tests/sandbox/counters.hpp"
#include "tests/sandbox/fault_plan.hpp"
#include "tests/sandbox/request.hpp"
#include "tests/sandbox/response.hpp"
#include "tests/sandbox/token_register.hpp"

#include <chrono>

namespace sase::sandbox {

/// `POST /api/v1/auth/authorize` and `POST /v3/auth/authorize`: an API key for an access token.
class AuthorizeRoute {
 public:
  /// The arguments must outlive this; `lifetime` is that of new tokens unless a plan says otherwise.
  AuthorizeRoute(const ApiKeys& keys, TokenRegister& tokens, Counters& counters,
                 std::chrono::milliseconds lifetime);

  /// 200 with a token that is remembered, 400 for a malformed request, 401 for a key that is not accepted.
  [[nodiscard]] Response answer(const Request& request, Generation generation, const FaultPlan& plan,
                                ServerTime now);

 private:
  [[nodiscard]] Response refuse(int status, const Request& request, Generation generation,
                                const FaultPlan& plan);

  const ApiKeys& keys_;
  TokenRegister& tokens_;
  Counters& counters_;
  std::chrono::milliseconds lifetime_;
};

}  // namespace sase::sandbox
