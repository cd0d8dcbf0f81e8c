// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/network/self_sandbox/self_sandbox.hpp"
#include "tests/helper/network/self_sandbox/deeds.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/in_child.hpp"

#include <array>
#include <string>

#include <unistd.h>

namespace sase::tests {

/// The exit code of a child that could not filter its calls.
inline constexpr int no_filter = 97;

/// Says in the test's report where it is not so.
[[nodiscard]] inline bool filters_are_allowed() {
  const bool allowed = network::deeds::Allowed().filter;
  if (!allowed) WARN("this system allows no filter of calls: nothing is shown");
  return allowed;
}

/// A call by its number, with arguments that make it fail without harm where it is not forbidden.
struct FilteredCall {
  std::string name;
  long number;
  std::array<long, 3> arguments = {-1, -1, -1};
};

/// What a child with the filter gets for the call: 0 for success, else the reason why not.
[[nodiscard]] inline int run_filtered(const FilteredCall& call) {
  return exit_code_in_child([&call] {
    if (!network::install_seccomp_filter()) return no_filter;
    const auto& [first, second, third] = call.arguments;
    return network::deeds::outcome(::syscall(call.number, first, second, third, -1, -1, -1));
  });
}

}  // namespace sase::tests
