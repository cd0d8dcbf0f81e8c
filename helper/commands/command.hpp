// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cli/command_line.hpp"
#include "helper/cli/dialect.hpp"
#include "helper/config/misspelled_variables.hpp"
#include "helper/diagnostics.hpp"
#include "helper/environment.hpp"
#include "helper/exit_code.hpp"
#include "helper/failure.hpp"
#include "helper/os/processes/hardening.hpp"

#include <chrono>
#include <span>
#include <string_view>

namespace sase::commands {

/// What a command works with: its words, the environment, the two standard streams, and when it began.
struct Call {
  const cli::CommandLine& line;
  const Environment& environment;
  int input;
  int output;
  const Diagnostics& diagnostics;
  config::MisspelledVariables& misspelled_variables;
  const cli::DialectName* called_as =
      nullptr;  ///< whose dialect the program's name chose; null for our own name
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  const os::CallerState* caller = nullptr;  ///< null where nothing was hardened
};

/// The commands. Each reads and writes the call's streams, gives the exit code, and throws Failure.
ExitCode get(const Call& call);
ExitCode bazel_get(const Call& call);
ExitCode store(const Call& call);
ExitCode erase(const Call& call);
ExitCode capability(const Call& call);
ExitCode token(const Call& call);
ExitCode exec(const Call& call);
ExitCode watch(const Call& call);
ExitCode login(const Call& call);
ExitCode logout(const Call& call);
ExitCode status(const Call& call);
ExitCode doctor(const Call& call);
ExitCode help(const Call& call);
ExitCode complete(const Call& call);

enum class Visibility {
  people,  ///< the command is in help and completions
  shells,  ///< it is for our completion scripts alone
};

/// A row of the one table that finds commands, prints their help and completes their words.
struct Command {
  std::string_view name;
  std::string_view operands;     ///< how they are written in help; empty where it takes none
  std::string_view meaning;      ///< one line for help
  std::string_view flags;        ///< those it understands beyond the ones that all do, divided by blanks
  std::string_view description;  ///< a few lines for its own help, of at most 78 columns
  std::string_view examples;     ///< one or two lines of the same width
  ExitCode (*run)(const Call&);
  Visibility audience = Visibility::people;

  /// Whether the command does something with a flag.
  [[nodiscard]] bool understands(const cli::Flag& flag) const noexcept;
};

[[nodiscard]] std::span<const Command> commands() noexcept;

/// The command of a name, or nothing.
[[nodiscard]] const Command* find_command(std::string_view name) noexcept;

/// The usage error that names the nearest command, or the flag that lacks a dash.
[[nodiscard]] Failure unknown_command(std::string_view name);

/// Throws Failure (usage) for operands that a command does not take and for a flag that it does not
/// understand.
void reject_unsupported_arguments(const Command& command, const cli::CommandLine& line);

/// The dialect that the call is in: by its flag, else by the program's name, else git's. Throws Failure
/// (usage).
[[nodiscard]] cli::Dialect dialect_of(const Call& call);

/// Reads a request that is of no interest to its end, so that its writer does not meet a closed pipe.
void ignore_request(const Call& call) noexcept;

/// Writes a whole output. Throws Failure (local_state) when it cannot be written.
void write_output(const Call& call, std::string_view text);

}  // namespace sase::commands
