// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <span>
#include <vector>

namespace sase::os {

/// While it lives, signals of these numbers come only while we wait with the mask from before, end that wait,
/// and do not end the process yet: there is something to be put right first. One that came does at the end of
/// its life what it would have done. There is one at a time. One that the caller had ignored stays ignored.
class DeferredSignals {
 public:
  /// The numbers must outlive this.
  explicit DeferredSignals(std::span<const int> numbers);
  DeferredSignals(const DeferredSignals&) = delete;
  DeferredSignals& operator=(const DeferredSignals&) = delete;
  ~DeferredSignals();

  /// What to wait with: ppoll(2).
  [[nodiscard]] const sigset_t& mask_before() const noexcept { return mask_before_; }

  /// Whether one came since the latest of these was made. It may be asked after that one's life too, where
  /// the signal did not end the process, as Ctrl-Z with `fg`.
  [[nodiscard]] static bool one_came() noexcept;

 private:
  std::span<const int> numbers_;
  sigset_t mask_before_{};
  std::vector<struct sigaction> before_;
};

}  // namespace sase::os
