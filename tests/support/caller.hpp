// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/token/api_key_handle.hpp"
#include "helper/token/rate_limited_authorizer.hpp"
#include "tests/support/machine.hpp"

#include <chrono>
#include <string>

namespace sase::tests {

/// One call that holds the lock.
struct Caller : Machine {
  token::ApiKeyHandle key{profile, api_key::ApiKey(protocol::Secret(the_key))};
  WarningOnce trouble{&diagnostics, "trouble: "};
  rate_limit::RefreshLock refresh_lock = hold_lock();

  [[nodiscard]] token::RateLimitedAuthorizer rate_limited() {
    return token::RateLimitedAuthorizer({.profile = profile,
                                         .key = key,
                                         .authorizer = authorizer,
                                         .trace = trace,
                                         .warning = trouble,
                                         .misspelled_variables = nullptr,
                                         .started = BootClock::now(),
                                         .deadline = in_ten_seconds()});
  }
  [[nodiscard]] token::NewToken authorize() { return rate_limited().authorize(&refresh_lock); }
  [[nodiscard]] token::NewToken refresh() { return rate_limited().refresh(refresh_lock); }
  [[nodiscard]] Failure failure() {
    return catch_failure([this] { (void)authorize(); });
  }
  void change_log(const std::function<void(rate_limit::RequestLog&)>& change) const {
    Machine::change_log(refresh_lock, change);
  }

 private:
  [[nodiscard]] static std::chrono::steady_clock::time_point in_ten_seconds() {
    return std::chrono::steady_clock::now() + std::chrono::seconds(10);
  }
};

}  // namespace sase::tests
