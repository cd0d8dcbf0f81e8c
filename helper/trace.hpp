// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/diagnostics.hpp"
#include "helper/os/fd.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace sase {

/// Tells a person where the time of a call goes: a line for each step, with the milliseconds since the call
/// began. Whole lines, each with one write. No secret is ever among the words; a line that cannot be written
/// is lost in silence. It is off unless it is asked for.
class Trace {
 public:
  using Clock = std::chrono::steady_clock;

  Trace() noexcept = default;

  /// `setting` is empty for off, `1` for lines on stderr, or the absolute path of a file: made with mode
  /// 0600, and appended to if it is ours alone, else there is a warning and no trace.
  Trace(const std::string& setting, Clock::time_point start, const Diagnostics& diagnostics);

  /// Whether to put words together at all.
  [[nodiscard]] bool on() const noexcept { return diagnostics_ != nullptr; }

  void line(std::string_view words) const noexcept { line(Clock::now(), words); }

  /// For what happened at another time than now.
  void line(Clock::time_point at, std::string_view words) const noexcept;

  /// The descriptor of its file, or -1.
  [[nodiscard]] int fd() const noexcept { return file_.get(); }

 private:
  Clock::time_point start_;
  const Diagnostics* diagnostics_ = nullptr;
  os::Fd file_;
};

}  // namespace sase
