// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"

#include <chrono>
#include <csignal>

namespace sase::os {

/// Why a wait has ended.
enum class WakeReason {
  by_time,
  by_stop,   ///< SIGTERM or SIGINT; SIGHUP of a process that has a terminal, which is gone then
  by_hup,    ///< SIGHUP of any other
  by_bytes,  ///< of the descriptor that was named, or its end
};

/// Waits of a process that lives on and does nothing else. While this lives, SIGTERM, SIGINT and SIGHUP end a
/// wait and not the process; one that the caller had ignored stays ignored.
class SignalWaiter {
 public:
  /// Throws std::system_error.
  SignalWaiter();
  SignalWaiter(const SignalWaiter&) = delete;
  SignalWaiter& operator=(const SignalWaiter&) = delete;
  ~SignalWaiter();

  /// Waits until then by the clock that counts since the machine's start, its sleep included, or until there
  /// is something to read. A signal goes before the bytes, and those before the time. Throws
  /// std::system_error.
  [[nodiscard]] WakeReason wait(std::chrono::milliseconds until, int readable = -1);

  /// The signals that were blocked before, for children.
  [[nodiscard]] const sigset_t& mask_before() const noexcept { return mask_before_; }

 private:
  sigset_t mask_before_{};
  Fd signals_, timer_;
  bool has_terminal_;
};

}  // namespace sase::os
