// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/processes/child_process.hpp"
#include "protocol/secret.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sase::os {

/// A program to run until it ends.
struct SubprocessCall {
  std::string program;                     ///< absolute path
  std::span<const std::string> arguments;  ///< argv, including argv[0]
  const char* const* environment;          ///< `NAME=value` entries, the last is followed by a null pointer
  std::string_view input = {};             ///< its standard input; empty: /dev/null
  std::size_t output_limit = 0;            ///< bytes
  std::chrono::steady_clock::time_point deadline{};
  /// `session` is for a program of the user: it gets no terminal, and is killed with its process group.
  Leads leads = Leads::nothing;
  /// Called whenever output has arrived, with all output so far. What it throws ends the call.
  std::function<void(std::string_view)> on_output = {};
};

struct SubprocessResult {
  protocol::Secret output;  ///< all of its standard output
  int wait_status = 0;      ///< as waitpid(2) returns it

  /// The exit code, or nothing if a signal ended the program.
  [[nodiscard]] std::optional<int> exit_code() const noexcept;

  /// The signal that ended the program: its number, and its description where the C library has one.
  [[nodiscard]] std::string describe_signal() const;
};

/// Runs a program, writes its input and reads its output. Its standard error is that of this process; with
/// Leads::session it is a pipe that this process relays. Returns nothing if the deadline passed. The program
/// has ended when the function returns or throws: it is killed if it is still running, with Leads::session
/// together with its descendants, except those whose parent has ended (daemons). A signal that terminates
/// this process first kills a program with a session of its own. Descendants that are running after the
/// program's normal end are not waited for. Throws std::system_error if the program cannot be started,
/// std::length_error beyond the output limit.
[[nodiscard]] std::optional<SubprocessResult> run_subprocess(const SubprocessCall& call);

/// For a program that run_subprocess() runs: ends it when the calling process ends, or at once if that has
/// ended.
void end_with_parent() noexcept;

/// Ends this process by SIGALRM some time after `duration`, in case the calling process is stopped.
void limit_lifetime(std::chrono::milliseconds duration) noexcept;

}  // namespace sase::os
