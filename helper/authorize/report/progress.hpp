// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/report/check_report.hpp"
#include "protocol/authorize/exchange.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace sase::authorize {

/// How far a call has come.
enum class Phase {
  starting,
  preparing,
  resolving,
  connecting,
  asking_proxy,
  handshaking,
  waiting,
  reading,
  pausing,
};

/// The phase in words, such as `while looking up the name`.
[[nodiscard]] std::string_view describe(Phase phase) noexcept;

/// Whether what happens is written down.
enum class Tracing { off, on };

/// Bounds of a trace, so that it fits into a reply beside the longest token. Of a longer line the beginning
/// is kept, and of a longer trace, with a word about it.
inline constexpr std::size_t most_trace_lines = 100;
inline constexpr std::size_t longest_trace_line = 400;

/// Shared by the thread that works and the one that watches the deadline.
class Progress {
 public:
  /// `report` is what a probe writes into and must outlive this; null where nothing is probed.
  explicit Progress(Tracing tracing = Tracing::off, CheckReport* report = nullptr) noexcept
      : tracing_(tracing), report_(report) {}

  void enter(Phase phase) noexcept { phase_ = phase; }
  [[nodiscard]] Phase phase() const noexcept { return phase_; }

  /// Counts a request: a try that came as far as sending its POST. A connection or handshake that failed
  /// before it asked the service for nothing and is not counted.
  void count_request() noexcept { ++requests_; }
  [[nodiscard]] std::uint32_t requests() const noexcept { return requests_; }

  /// Writes down the line that `words` makes, as of now. Nobody has asked for a trace: then `words` is not
  /// even called. Secrets do not belong in a line, and what comes from outside only escaped.
  template <typename Describe>
  void note(const Describe& words) {
    if (tracing_ == Tracing::on) keep(std::chrono::steady_clock::now(), words());
  }
  /// The same of something that happened before there was a trace.
  template <typename Describe>
  void note_of(std::chrono::steady_clock::time_point at, const Describe& words) {
    if (tracing_ == Tracing::on) keep(at, words());
  }

  /// Reports that a link of the chain holds, in the words that `words` makes. Nobody has asked for a report:
  /// then `words` is not even called.
  template <typename Describe>
  void holds(protocol::CheckId check, const Describe& words) {
    if (report_ != nullptr) report_->holds(check, words());
  }
  /// Null where nothing is probed.
  [[nodiscard]] CheckReport* report() const noexcept { return report_; }

  /// From now on all that happens is part of reading something with the new token.
  void begin_reading() noexcept { is_reading_ = true; }
  /// The link that is being tried.
  [[nodiscard]] protocol::CheckId check() const noexcept;

  /// What has been written down so far.
  [[nodiscard]] std::vector<protocol::TraceLine> trace() const;

 private:
  void keep(std::chrono::steady_clock::time_point at, std::string what);

  const Tracing tracing_;
  CheckReport* const report_;
  std::atomic<Phase> phase_ = Phase::starting;
  std::atomic<std::uint32_t> requests_ = 0;
  std::atomic<bool> is_reading_ = false;
  mutable std::mutex mutex_;  ///< of the lines
  std::vector<protocol::TraceLine> lines_;
};

}  // namespace sase::authorize
