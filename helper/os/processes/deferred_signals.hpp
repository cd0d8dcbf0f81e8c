// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <span>
#include <vector>

namespace sase::os {

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

}  // namespace sase::os
