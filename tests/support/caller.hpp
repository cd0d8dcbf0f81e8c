// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/token/api_key_handle.hpp"
#include "helper/token/rate_limited_authorizer.hpp"
#include "tests/support/machine.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace sase::tests {

/// One call that holds the lock.
struct Caller : Machine {
  token::ApiKeyHandle key{profile, api_key::ApiKey(protocol::Secret(the_key))};
  WarningOnce trouble{&diagnostics, "trouble: "};
  std::optional<rate_limit::RefreshLock> refresh_lock = hold_lock();
  token::TokenProviderParts parts{.profile = profile,
                                  .cache = cache,
                                  .state_directory = state_directory,
                                  .authorizer = authorizer,
                                  .diagnostics = diagnostics,
                                  .trace = trace,
                                  .deadline = std::chrono::steady_clock::now() + time};

  [[nodiscard]] token::RateLimitedAuthorizer rate_limited() { return {parts, key, trouble, refresh_lock}; }
  [[nodiscard]] token::NewToken authorize() { return rate_limited().authorize(); }
  [[nodiscard]] token::NewToken refresh() { return rate_limited().refresh(); }
  [[nodiscard]] Failure failure() {
    return catch_failure([this] { (void)authorize(); });
  }
  void change_log(const std::function<void(rate_limit::RequestLog&)>& change) const {
    Machine::change_log(*refresh_lock, change);
  }
};

}  // namespace sase::tests
