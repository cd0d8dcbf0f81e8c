// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace sase {

/// Messages for people. No message contains a secret, and its caller escapes text from outside
/// (protocol/escape.hpp). Whole lines on one descriptor, each with one write, so that lines of parallel calls
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
