// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace sase::helper::authorize {

/// How far a call has come.
enum class Phase {
  starting,
  resolving,
  connecting,
  asking_proxy,
  handshaking,
  waiting,
  reading,
  pausing,
};

/// The phase in words, such as `while looking up the name`.
[[nodiscard]] std::string_view words_for(Phase phase) noexcept;

/// Shared by the thread that works and the one that watches the deadline.
class Progress {
 public:
  void enter(Phase phase) noexcept { phase_ = phase; }
  [[nodiscard]] Phase phase() const noexcept { return phase_; }

  /// Counts a request: a try that came as far as sending its POST. A connection or handshake that failed
  /// before it asked the service for nothing and is not counted.
  void count_request() noexcept { ++requests_; }
  [[nodiscard]] std::uint32_t requests() const noexcept { return requests_; }

 private:
  std::atomic<Phase> phase_ = Phase::starting;
  std::atomic<std::uint32_t> requests_ = 0;
};

}  // namespace sase::helper::authorize
