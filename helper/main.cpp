// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/hardening.hpp"
#include "helper/run.hpp"

#include <span>

#include <unistd.h>

int main(int argc, char** argv) {
  const sase::os::CallerState caller = sase::os::harden_process();
  const std::span<const char* const> arguments(argv, static_cast<std::size_t>(argc));
  return static_cast<int>(sase::run(arguments, sase::Environment(environ), STDIN_FILENO, STDOUT_FILENO,
                                    sase::Diagnostics(STDERR_FILENO), &caller));
}
