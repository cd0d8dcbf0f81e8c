// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/commands.hpp"
#include "helper/os/processes/this_process.hpp"
#include "helper/watch/watcher.hpp"

#include <cstdlib>
#include <span>

namespace __gnu_cxx {  // NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): libstdc++ calls it

/// Takes the place of libstdc++'s handler, which would print the text of an uncaught exception. Its demangler
/// would also add 250 relocations to every start.
void __verbose_terminate_handler() {  // NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
  std::abort();
}

}  // namespace __gnu_cxx

int main(int argc, char** argv, char** environment) {
  const sase::os::CallerState caller = sase::os::harden_process();
  const std::span<const char* const> arguments(argv, static_cast<std::size_t>(argc));
  const bool is_attempt = argc > 0 && arguments.front() == sase::watch::attempt_name;
  // An attempt writes its messages to standard output, for the watcher (watch/watcher.hpp).
  const sase::Diagnostics diagnostics(is_attempt ? 1 : 2, 2);
  return static_cast<int>(
      sase::commands::run(arguments, sase::Environment(environment), 0, 1, diagnostics, &caller));
}
