// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sase::os {

/// Whose session a program runs in.
enum class SubprocessSession {
  ours,  ///< it is one of our own programs
  own,   ///< it is somebody else's: without our terminal, and killed with all that it has started
};

/// A program to run to its end: words, environment, what it reads, and the bounds on what it may do.
struct SubprocessCall {
  std::string program;                       ///< absolute path
  std::span<const std::string> arguments;    ///< argv, its first word included
  std::span<const char* const> environment;  ///< `NAME=value` entries, without the closing null
  std::string_view input;                    ///< all of its standard input
  std::size_t output_limit = 0;              ///< bytes; more ends the call
  std::chrono::steady_clock::time_point deadline{};
  SubprocessSession session = SubprocessSession::ours;
};

/// How it went.
struct SubprocessResult {
  protocol::Secret output;  ///< all it wrote on its standard output
  int wait_status = 0;      ///< as waitpid(2) gives it
};

/// Runs a program, feeds it and reads it. Its standard error is ours; no other descriptor reaches it. Nothing
/// is returned when the deadline passed; the program has been killed then. A signal that ends us meanwhile,
/// as Ctrl-C does, kills a program in a session of its own first. Whatever happens, it is no longer running
/// and no zombie is left. What it has started and left behind when it ended is not waited for, even if that
/// still holds its output. Throws std::system_error when it cannot be started, std::length_error past the
/// limit.
[[nodiscard]] std::optional<SubprocessResult> run_subprocess(const SubprocessCall& call);

}  // namespace sase::os
