// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/hardening.hpp"
#include "helper/run.hpp"

#include <span>

#include <unistd.h>

int main(int argc, char** argv) {
  using namespace sase::helper;  // NOLINT(google-build-using-namespace): the only names here
  const CallerState caller = harden_process();
  const std::span<const char* const> arguments(argv, static_cast<std::size_t>(argc));
  return static_cast<int>(
      run(arguments, Environment(environ), STDIN_FILENO, STDOUT_FILENO, Diagnostics(STDERR_FILENO), &caller));
}
