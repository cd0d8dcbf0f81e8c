// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/diagnostics.hpp"
#include "helper/os/fd.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace sase {

/// Shows how long each step of a call takes: one line per step, with the milliseconds since the call started.
/// Whole lines, each with one write, without secrets. A line that cannot be written is dropped. Off by
/// default.
class Trace {
 public:
  using Clock = std::chrono::steady_clock;

  Trace() noexcept = default;

  /// `setting` is empty for off, `1` for stderr, or the absolute path of a file, which is created with mode
  /// 0600 or appended to if it is private. Otherwise there is a warning and no trace.
  Trace(const std::string& setting, Clock::time_point start, const Diagnostics& diagnostics);

  /// False if lines need not be formatted.
  [[nodiscard]] bool on() const noexcept { return diagnostics_ != nullptr; }

  void line(std::string_view text) const noexcept { line(Clock::now(), text); }

  /// For an event at another time than now.
  void line(Clock::time_point at, std::string_view text) const noexcept;

  /// The descriptor of its file, or -1.
  [[nodiscard]] int fd() const noexcept { return file_.get(); }

 private:
  Clock::time_point start_;
  const Diagnostics* diagnostics_ = nullptr;
  os::Fd file_;
};

}  // namespace sase
