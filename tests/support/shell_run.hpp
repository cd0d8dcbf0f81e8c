// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/processes/subprocess.hpp"

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <sys/wait.h>

namespace sase::tests {

/// A program that the shell runs.
struct ShellRun {
  /// What it did.
  struct Outcome {
    std::string output;
    int wait_status = 0;
  };

  std::string script;
  std::string input = {};
  std::size_t limit = 10'000'000;
  std::chrono::milliseconds patience = std::chrono::seconds(30);
  os::Leads leads = os::Leads::nothing;

  /// Nothing where the deadline came first.
  [[nodiscard]] std::optional<Outcome> run() const {
    const std::vector<std::string> words = {"sh", "-c", script};
    const std::vector<const char*> environment = {"PATH=/usr/bin:/bin", "MARK=here", nullptr};
    auto result = os::run_subprocess({.program = "/bin/sh",
                                      .arguments = words,
                                      .environment = environment.data(),
                                      .input = input,
                                      .output_limit = limit,
                                      .deadline = std::chrono::steady_clock::now() + patience,
                                      .leads = leads});
    if (!result) return std::nullopt;
    return Outcome{.output = std::string(result->output.reveal()), .wait_status = result->wait_status};
  }
};

[[nodiscard]] inline std::string run_and_read(const ShellRun& call) { return call.run().value().output; }

/// Whether this process has no child, running or dead.
[[nodiscard]] inline bool has_no_child() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

}  // namespace sase::tests
