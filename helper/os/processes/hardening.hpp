// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <csignal>

#include <sys/resource.h>
#include <sys/types.h>

namespace sase::os {

/// What harden_process() has changed, as the caller had it.
struct CallerState {
  /// The signals whose dispositions are set, in the order of `dispositions`.
  static constexpr std::array signals = {SIGPIPE, SIGXFSZ, SIGCHLD};

  std::array<bool, 3> closed{};  ///< standard streams that were
  mode_t umask = 0;
  rlimit core{};
  std::array<void (*)(int), signals.size()> dispositions{};
  sigset_t mask{};

  /// Puts it back, for a program that runs in the place of this one. (That it could not be traced is over
  /// with the program that could not.)
  void restore() const noexcept;
};

/// The first statement of both programs: no core files, not traceable by other processes of the user, private
/// files from birth, a vanished reader or a full quota is an error code and not a signal, children can be
/// waited for and alarms arrive whatever the caller did to these signals, and descriptors 0 to 2 are open, so
/// that no file opened later can be mistaken for a standard stream. A standard stream that was closed fails
/// when it is used. What the system refuses is left as it is.
CallerState harden_process() noexcept;

}  // namespace sase::os
