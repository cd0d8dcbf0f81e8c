// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/token/api_key_handle.hpp"
#include "helper/token/rate_limited_authorizer.hpp"
#include "tests/support/machine.hpp"

#include <chrono>
#include <string>

namespace sase::tests {

/// One call that has its turn.
struct Caller : Machine {
  helper::ApiKeyHandle key{profile, helper::ApiKey(protocol::Secret(the_key))};
  helper::WarningOnce trouble{&diagnostics, "trouble: "};
  helper::RefreshLock refresh_lock = hold_turn();

  [[nodiscard]] helper::RateLimitedAuthorizer service() {
    return {profile, key, authorizer, trace, trouble, helper::boot_clock()};
  }
  [[nodiscard]] helper::NewToken authorize() { return service().authorize(&refresh_lock, in_ten_seconds()); }
  [[nodiscard]] helper::NewToken renew() { return service().renew(refresh_lock, in_ten_seconds()); }
  [[nodiscard]] helper::Failure failure() {
    return failure_of([this] { (void)authorize(); });
  }
  [[nodiscard]] std::string log_file() const { return directory + '/' + key_id() + ".ledger"; }

 private:
  [[nodiscard]] static std::chrono::steady_clock::time_point in_ten_seconds() {
    return std::chrono::steady_clock::now() + std::chrono::seconds(10);
  }
};

}  // namespace sase::tests
