// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sase {

/// Messages for people: whole lines on one descriptor, each with one write, so that lines of parallel calls
/// do not mix. A line that cannot be written is dropped. If the reader blocks, no more lines are written,
/// since the call may hold a lock.
class Diagnostics {
 public:
  explicit Diagnostics(int fd) noexcept : fd_(fd) {}

  /// The same, but writes trace lines only: for a command whose report contains the messages.
  [[nodiscard]] Diagnostics traces_only() const noexcept {
    Diagnostics result(fd_);
    result.only_traces_ = true;
    return result;
  }

  void failure(std::string_view what) const noexcept { message("sase-credential: ", what); }
  void info(std::string_view what) const noexcept { message("sase-credential: ", what); }
  void hint(std::string_view what) const noexcept { message("sase-credential: hint: ", what); }
  void warning(std::string_view what) const noexcept { message("sase-credential: warning: ", what); }
  /// Writes lines of another process as they are. A line is written in pieces that a pipe takes at once.
  void relay(std::string_view lines) const noexcept;
  void trace(std::string_view what) const noexcept { line("sase-credential: trace: ", what); }

 private:
  void message(std::string_view prefix, std::string_view what) const noexcept {
    if (!only_traces_) line(prefix, what);
  }
  void line(std::string_view prefix, std::string_view what) const noexcept;

  int fd_;
  bool only_traces_ = false;
  mutable bool stuck_ = false;
};

/// Errors that the call survives: only the first one causes a warning.
class WarningOnce {
 public:
  /// `diagnostics` must outlive this; null prints nothing. Each warning starts with `preface`.
  WarningOnce(const Diagnostics* diagnostics, std::string_view preface) noexcept
      : diagnostics_(diagnostics), preface_(preface) {}

  void warn(std::string_view what) noexcept;

 private:
  const Diagnostics* diagnostics_;
  std::string_view preface_;
  bool has_warned_ = false;
};

}  // namespace sase
