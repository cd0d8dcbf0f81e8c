// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <csignal>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <sys/resource.h>
#include <sys/types.h>

namespace sase::os {

/// The state that harden_process() changed, as it was before.
struct CallerState {
  /// The signals whose dispositions are saved in `dispositions`, in the same order.
  static constexpr std::array signals = {SIGPIPE, SIGXFSZ, SIGCHLD};

  std::array<bool, 3> closed{};  ///< standard streams that were closed
  mode_t umask = 0;
  rlimit core{};
  std::array<void (*)(int), signals.size()> dispositions{};
  sigset_t mask{};

  /// Restores the state, for a program that replaces this one. (execve(2) restores the dumpable flag.)
  void restore() const noexcept;
};

/// The first statement of both programs: there are no core files; other processes of the user cannot trace
/// this one; new files are private; EPIPE and EFBIG are errors and not signals; children can be waited for
/// and alarms are delivered, whatever the caller did to these signals; descriptors 0 to 2 are open, so that
/// no file opened later becomes a standard stream. A standard stream that was closed returns errors. Skips a
/// step that is not permitted.
CallerState harden_process() noexcept;

[[nodiscard]] int process_id() noexcept;

/// This machine's name, or that of its UTS namespace.
[[nodiscard]] std::string host_name();

/// Why getrandom(2) fails; an error code that is not set means success. Some seccomp profiles deny it.
[[nodiscard]] std::error_code test_getrandom() noexcept;

/// The remedy for an error that says that descriptors or memory are used up; empty for any other error.
[[nodiscard]] std::string_view remedy_for_shortage(const std::error_code& error) noexcept;

/// The absolute path of the program that this process runs, without symbolic links. Nothing where /proc is
/// not mounted.
[[nodiscard]] std::optional<std::string> program_path();

/// The words as exec(3) expects them, which must outlive the result.
[[nodiscard]] std::vector<char*> to_argv(std::span<const std::string> words);

/// Replaces this process by a program. The first of `words`, its arguments, names it and is searched for on
/// PATH unless it contains a slash; the entries `NAME=value` of `environment` have no terminating null
/// pointer. Throws std::system_error if the program cannot be run: `no_such_file_or_directory` if it does not
/// exist, `executable_format_error` if it is a script whose interpreter does not exist.
[[noreturn]] void exec_program(std::span<const std::string> words, std::span<const char* const> environment);

}  // namespace sase::os
