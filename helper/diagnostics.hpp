// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sase {

/// What the program says to people: whole lines on one descriptor, each with one write so that lines of
/// parallel callers do not mix. A line that cannot be written is lost in silence: there is no one left to
/// tell. Nor is a reader waited for that takes nothing any more: the call may hold a lock that others wait
/// for.
class Diagnostics {
 public:
  /// What of it is said to people at all.
  enum class Verbosity {
    all,
    all_but_warnings,  ///< those have been said often enough
    traces,            ///< the call gives a report of its own
  };

  explicit Diagnostics(int fd, Verbosity said = Verbosity::all) noexcept : fd_(fd), said_(said) {}

  /// The same descriptor for another call, which is not told of readers that took nothing from this one.
  [[nodiscard]] Diagnostics anew(Verbosity said) const noexcept { return Diagnostics(fd_, said); }

  void failure(std::string_view what) const noexcept { say("sase-credential: ", what); }
  void note(std::string_view what) const noexcept { say("sase-credential: ", what); }
  void hint(std::string_view what) const noexcept { say("sase-credential: hint: ", what); }
  void warning(std::string_view what) const noexcept {
    if (said_ == Verbosity::all) line("sase-credential: warning: ", what);
  }
  void trace(std::string_view what) const noexcept { line("sase-credential: trace: ", what); }

 private:
  void say(std::string_view prefix, std::string_view what) const noexcept {
    if (said_ != Verbosity::traces) line(prefix, what);
  }
  void line(std::string_view prefix, std::string_view what) const noexcept;

  int fd_;
  Verbosity said_;
  mutable bool stuck_ = false;
};

/// Trouble that the call goes on in spite of: however much of it there is, one warning is said.
class WarningOnce {
 public:
  /// `diagnostics` must outlive this; with none of them nothing is said. `preface` comes before what is said.
  WarningOnce(const Diagnostics* diagnostics, std::string_view preface) noexcept
      : diagnostics_(diagnostics), preface_(preface) {}

  void say(std::string_view what) noexcept;

 private:
  const Diagnostics* diagnostics_;
  std::string_view preface_;
  bool said_ = false;
};

}  // namespace sase
