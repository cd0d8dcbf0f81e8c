// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/clock.hpp"
#include "helper/os/fd.hpp"

#include <array>
#include <csignal>
#include <span>
#include <vector>

namespace sase::os {

/// The signals of other processes and of timers that terminate a process by default (signal(7)).
inline constexpr std::array fatal_signals = {SIGHUP,  SIGINT,  SIGQUIT, SIGABRT,   SIGUSR1, SIGUSR2, SIGALRM,
                                             SIGTERM, SIGXCPU, SIGPOLL, SIGVTALRM, SIGPROF, SIGPWR};

/// Defers signals so that the process can restore a state before they take effect. While this object exists,
/// the signals are delivered only during a wait with mask_before(), and end that wait. The destructor
/// restores the dispositions and raises the signal that arrived. Only one object may exist at a time. Ignored
/// signals stay ignored.
class DeferredSignals {
 public:
  /// The numbers must outlive this.
  explicit DeferredSignals(std::span<const int> numbers);
  DeferredSignals(const DeferredSignals&) = delete;
  DeferredSignals& operator=(const DeferredSignals&) = delete;
  ~DeferredSignals();

  /// The signal mask for ppoll(2).
  [[nodiscard]] const sigset_t& mask_before() const noexcept { return mask_before_; }

  /// Whether a signal arrived since the latest object was created. Valid after its destruction as well, if
  /// the signal did not end the process (Ctrl-Z, then `fg`).
  [[nodiscard]] static bool one_came() noexcept;

 private:
  std::span<const int> numbers_;
  sigset_t mask_before_{};
  std::vector<struct sigaction> before_;
};

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

  /// Waits until `until`, or until a descriptor is readable; a negative one is ignored. A signal takes
  /// precedence over bytes, and bytes over the time. Throws std::system_error.
  [[nodiscard]] WakeReason wait(BootClock::time_point until, int readable = -1);

  /// The signals that were blocked before: the mask for child processes.
  [[nodiscard]] const sigset_t& mask_before() const noexcept { return mask_before_; }

 private:
  sigset_t mask_before_{};
  Fd signals_, timer_;
  bool has_terminal_;
};

}  // namespace sase::os
