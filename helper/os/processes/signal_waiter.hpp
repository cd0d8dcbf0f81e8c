// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/clock.hpp"
#include "helper/os/fd.hpp"

#include <csignal>

namespace sase::os {

/// Why a wait ended.
enum class WakeReason {
  by_time,
  by_stop,   ///< SIGTERM or SIGINT; SIGHUP if the process has a terminal, which is closed then
  by_hup,    ///< SIGHUP otherwise
  by_bytes,  ///< a descriptor is readable or at its end
};

/// Waits for signals, time and bytes in a long-lived process. While this object exists, SIGTERM, SIGINT and
/// SIGHUP end a wait and not the process; a signal that the process ignored before stays ignored.
class SignalWaiter {
 public:
  /// Throws std::system_error.
  SignalWaiter();
  SignalWaiter(const SignalWaiter&) = delete;
  SignalWaiter& operator=(const SignalWaiter&) = delete;
  ~SignalWaiter();

  /// Waits until `until`, or until a descriptor is readable; negative descriptors are
  /// ignored. A signal takes precedence over bytes, and bytes over the time. Throws std::system_error.
  [[nodiscard]] WakeReason wait(BootClock::time_point until, int readable = -1, int also_readable = -1);

  /// The signals that were blocked before: the mask for child processes.
  [[nodiscard]] const sigset_t& mask_before() const noexcept { return mask_before_; }

 private:
  sigset_t mask_before_{};
  Fd signals_, timer_;
  bool has_terminal_;
};

}  // namespace sase::os
