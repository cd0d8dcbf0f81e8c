// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/in_child.hpp"
#include "tests/support/machine.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <thread>

namespace sase::tests {

/// As at the end of a front.
inline void refresh_in_background(token::TokenProvider& source, const token::ProvidedToken& provided) {
  REQUIRE(exit_code_in_child([&] {
            source.refresh_in_background(provided);
            return 0;
          }) == 0);
}

/// A machine with a token that is due for refresh. It counts the requests of all processes.
struct DueForRefreshMachine : Machine {
  DueForRefreshMachine() {
    keep("old", std::chrono::seconds(600));
    authorizer.meanwhile = [this] { note("requested"); };
  }

  /// A call, and its background refresh to the end.
  [[nodiscard]] std::string call() {
    token::TokenProvider caller = source();
    const token::ProvidedToken provided = caller.get();
    refresh_in_background(caller, provided);
    REQUIRE(is_idle());
    return std::string(provided.token.bearer.reveal());
  }
  /// Delays the end of each refresh until release().
  void hold_refreshes() {
    authorizer.meanwhile = [this] {
      note("requested");
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
      while (noted("released") == 0 && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    };
  }
  void release() const { note("released"); }
  [[nodiscard]] std::size_t requested() const { return noted("requested"); }
};

[[nodiscard]] inline FakeAuthorizer::Success success(const std::string& token,
                                                     std::chrono::seconds lifetime) {
  return {.token = token, .lifetime = lifetime};
}

}  // namespace sase::tests
