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
  helper::KeyHolder key{profile, helper::ApiKey(protocol::Secret(the_key))};
  helper::WarningOnce trouble{&diagnostics, "trouble: "};
  helper::Turn turn = hold_turn();

  [[nodiscard]] helper::SparingAuthorizer service() {
    return {profile, key, authorizer, trace, trouble, helper::boot_clock()};
  }
  [[nodiscard]] helper::NewToken authorize() { return service().authorize(&turn, in_ten_seconds()); }
  [[nodiscard]] helper::NewToken renew() { return service().renew(turn, in_ten_seconds()); }
  [[nodiscard]] helper::Failure failure() {
    return failure_of([this] { (void)authorize(); });
  }
  [[nodiscard]] std::string ledger() const { return folder + '/' + account() + ".ledger"; }

 private:
  [[nodiscard]] static std::chrono::steady_clock::time_point in_ten_seconds() {
    return std::chrono::steady_clock::now() + std::chrono::seconds(10);
  }
};

}  // namespace sase::tests
