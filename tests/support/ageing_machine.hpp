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

/// A machine with an ageing token, which takes down each time the service is asked in whatever process.
struct DueForRefreshMachine : Machine {
  DueForRefreshMachine() {
    keep("old", std::chrono::seconds(600));
    authorizer.meanwhile = [this] { note("asked"); };
  }

  /// What a call does, and what comes to pass behind its back.
  [[nodiscard]] std::string call() {
    token::TokenProvider caller = source();
    const token::ProvidedToken provided = caller.get();
    refresh_in_background(caller, provided);
    REQUIRE(all_is_quiet());
    return std::string(provided.token.bearer.reveal());
  }
  /// Lets no renewal come to its end before let_go().
  void hold_renewals() {
    authorizer.meanwhile = [this] {
      note("asked");
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
      while (noted("let go") == 0 && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    };
  }
  void let_go() const { note("let go"); }
  [[nodiscard]] std::size_t asked() const { return noted("asked"); }
};

[[nodiscard]] inline FakeAuthorizer::Grant grant(const std::string& token, std::chrono::seconds lifetime) {
  return {.token = token, .lifetime = lifetime};
}

}  // namespace sase::tests
