// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"

#include <functional>

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sase::tests {

/// Runs `body` in a child process. It must not use the test framework: its result is the exit code.
[[nodiscard]] inline pid_t start_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child < 0) os::throw_errno("fork");
  if (child == 0) {
    int code = 99;
    try {
      code = body();
    } catch (...) {
      code = 98;
    }
    ::_exit(code);
  }
  return child;
}

/// The exit code of a child; 128 and more for one that a signal ended.
[[nodiscard]] inline int wait_for_child(pid_t child) noexcept {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

[[nodiscard]] inline int exit_code_in_child(const std::function<int()>& body) {
  return wait_for_child(start_child(body));
}

}  // namespace sase::tests
