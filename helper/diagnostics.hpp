// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sase {

/// Messages for people: whole lines on one descriptor, each with one write, so that lines of parallel calls
/// do not mix. A line that cannot be written is dropped. After a reader that does not read, no more lines are
/// written, since the call may hold a lock.
class Diagnostics {
 public:
  /// Which messages are printed.
  enum class Verbosity {
    all,
    all_but_warnings,  ///< for a call that repeats another
    traces,            ///< for a call that prints its own report
  };

  explicit Diagnostics(int fd, Verbosity verbosity = Verbosity::all) noexcept
      : fd_(fd), verbosity_(verbosity) {}

  /// The same descriptor for another call, without the memory of a blocked reader.
  [[nodiscard]] Diagnostics anew(Verbosity verbosity) const noexcept { return Diagnostics(fd_, verbosity); }

  void failure(std::string_view what) const noexcept { say("sase-credential: ", what); }
  void note(std::string_view what) const noexcept { say("sase-credential: ", what); }
  void hint(std::string_view what) const noexcept { say("sase-credential: hint: ", what); }
  void warning(std::string_view what) const noexcept {
    if (verbosity_ == Verbosity::all) line("sase-credential: warning: ", what);
  }
  /// Writes lines of another process as they are. A line is written in pieces that a pipe takes at once.
  void relay(std::string_view lines) const noexcept;
  void trace(std::string_view what) const noexcept { line("sase-credential: trace: ", what); }

 private:
  void say(std::string_view prefix, std::string_view what) const noexcept {
    if (verbosity_ != Verbosity::traces) line(prefix, what);
  }
  void line(std::string_view prefix, std::string_view what) const noexcept;

  int fd_;
  Verbosity verbosity_;
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
