// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sase {

/// Messages for people: whole lines on one descriptor, each with one write, so that lines of parallel calls
/// do not mix. A line that cannot be written is dropped. If the reader blocks, no more lines are written,
/// since the call may hold a lock.
class Diagnostics {
 public:
  explicit Diagnostics(int fd) noexcept : Diagnostics(fd, fd) {}
  /// Writes to two descriptors; a negative one means that nothing is written.
  Diagnostics(int messages, int traces) noexcept : messages_(messages), traces_(traces) {}

  /// The same, but writes trace lines only: for a command whose report contains the messages.
  [[nodiscard]] Diagnostics traces_only() const noexcept { return {-1, traces_}; }

  void failure(std::string_view what) const noexcept { line(messages_, "sase-credential: ", what); }
  void info(std::string_view what) const noexcept { line(messages_, "sase-credential: ", what); }
  void hint(std::string_view what) const noexcept { line(messages_, "sase-credential: hint: ", what); }
  void warning(std::string_view what) const noexcept { line(messages_, "sase-credential: warning: ", what); }
  /// A message of another process.
  void relay(std::string_view message) const noexcept { line(messages_, {}, message); }
  void trace(std::string_view what) const noexcept { line(traces_, "sase-credential: trace: ", what); }

 private:
  void line(int fd, std::string_view prefix, std::string_view what) const noexcept;

  int messages_;
  int traces_;
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
