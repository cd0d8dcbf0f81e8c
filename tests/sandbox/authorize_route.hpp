// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/counters.hpp"
#include "tests/sandbox/credentials.hpp"
#include "tests/sandbox/fault_plan.hpp"
#include "tests/sandbox/request.hpp"
#include "tests/sandbox/response.hpp"

#include <chrono>

namespace sase::sandbox {

/// `POST /api/v1/auth/authorize` and `POST /v3/auth/authorize`: an API key for an access token.
class AuthorizeRoute {
 public:
  /// The arguments must outlive this; `lifetime` is the lifetime of new tokens unless the plan sets another.
  AuthorizeRoute(const ApiKeys& keys, TokenRegister& tokens, Counters& counters,
                 std::chrono::milliseconds lifetime);

  /// 200 with a token that is registered, 400 for a malformed request, 401 for a key that is not accepted.
  [[nodiscard]] Response answer(const Request& request, Generation generation, const FaultPlan& plan,
                                ServerTime now);

 private:
  [[nodiscard]] Response reject(int status, const Request& request, Generation generation,
                                const FaultPlan& plan);

  const ApiKeys& keys_;
  TokenRegister& tokens_;
  Counters& counters_;
  std::chrono::milliseconds lifetime_;
};

}  // namespace sase::sandbox
