// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/command_line.hpp"
#include "helper/diagnostics.hpp"
#include "helper/environment.hpp"
#include "helper/exit_code.hpp"
#include "helper/failure.hpp"

#include <chrono>
#include <span>
#include <string_view>

namespace sase::helper {

/// What a command works with: its words, the environment, the two standard streams, and when it began.
struct Call {
  const CommandLine& line;
  const Environment& environment;
  int input;
  int output;
  const Diagnostics& diagnostics;
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
};

/// The commands. Each reads and writes the call's streams, gives the exit code, and throws Failure.
ExitCode get(const Call& call);
ExitCode store(const Call& call);
ExitCode erase(const Call& call);
ExitCode capability(const Call& call);
ExitCode token(const Call& call);
ExitCode help(const Call& call);

/// A row of the one table that finds commands and prints help.
struct Command {
  std::string_view name;
  std::string_view operands;  ///< how they are written in help
  std::string_view meaning;   ///< one line for help
  ExitCode (*run)(const Call&);
};

[[nodiscard]] std::span<const Command> commands() noexcept;

/// The command of a name, or nothing.
[[nodiscard]] const Command* find_command(std::string_view name) noexcept;

/// The usage error that names the nearest command.
[[nodiscard]] Failure unknown_command(std::string_view name);

/// Reads a request that is of no interest to its end, so that its writer does not meet a closed pipe.
void ignore_request(const Call& call) noexcept;

/// Writes a whole output. Throws Failure (local_state) when it cannot be written.
void write_output(const Call& call, std::string_view text);

}  // namespace sase::helper
