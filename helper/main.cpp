// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/this_process.hpp"
#include "helper/run.hpp"

#include <span>

int main(int argc, char** argv, char** environment) {
  const sase::os::CallerState caller = sase::os::harden_process();
  const std::span<const char* const> arguments(argv, static_cast<std::size_t>(argc));
  return static_cast<int>(
      sase::run(arguments, sase::Environment(environment), 0, 1, sase::Diagnostics(2), &caller));
}
