// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/clock.hpp"
#include "helper/os/fd.hpp"

#include <array>
#include <csignal>
#include <span>

namespace sase::os {

/// The signals of other processes and of timers that terminate a process by default (signal(7)).
inline constexpr std::array fatal_signals = {SIGHUP,  SIGINT,  SIGQUIT, SIGABRT,   SIGUSR1, SIGUSR2, SIGALRM,
                                             SIGTERM, SIGXCPU, SIGPOLL, SIGVTALRM, SIGPROF, SIGPWR};

/// What happens to signals that the process has blocked already.
enum class AlreadyBlocked { left, taken };

/// Defers signals so that the process can restore a state before they take effect. They are pending while
/// this object exists; the destructor restores the signal mask, which delivers them. Ignored signals stay
/// ignored.
class DeferredSignals {
 public:
  /// Throws std::system_error.
  explicit DeferredSignals(std::span<const int> numbers, AlreadyBlocked blocked = AlreadyBlocked::left);
  DeferredSignals(const DeferredSignals&) = delete;
  DeferredSignals& operator=(const DeferredSignals&) = delete;
  ~DeferredSignals();

  /// A descriptor that is readable while a signal is pending (signalfd(2)).
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] bool one_came() const noexcept;

  /// The signals that were blocked before: the mask for child processes.
  [[nodiscard]] const sigset_t& mask_before() const noexcept { return mask_before_; }

 private:
  sigset_t mask_before_{};
  Fd fd_;
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

  /// Waits until `until`, or until a descriptor is readable; a negative one is ignored. A signal takes
  /// precedence over bytes, and bytes over the time. Throws std::system_error.
  [[nodiscard]] WakeReason wait(BootClock::time_point until, int readable = -1);

  [[nodiscard]] const sigset_t& mask_before() const noexcept { return signals_.mask_before(); }

 private:
  DeferredSignals signals_;
  Fd timer_;
  bool has_terminal_;
};

}  // namespace sase::os
