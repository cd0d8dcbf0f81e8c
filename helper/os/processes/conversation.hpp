// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/processes/child_process.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sase::os {

/// A program that runs beside this one and exchanges bytes with it through two pipes. It leads a session, so
/// that the signals of a terminal do not reach it, and inherits no standard stream: no reader of them waits
/// for it. It outlives this object if it has something left to do after the end of its input.
class Conversation {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  /// `environment` ends with a null pointer. Throws std::system_error if the program cannot be started.
  Conversation(const std::string& program, std::span<const std::string> arguments,
               const char* const* environment);
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;
  ~Conversation();

  /// Ends its input. It has a moment to end before the destructor leaves it alone.
  void end() noexcept;

  /// Throws std::system_error, with timed_out after the deadline.
  void send(std::string_view bytes, Deadline deadline);

  /// Bytes that have arrived, empty at the end of the stream. Nothing at the deadline. Throws
  /// std::system_error.
  [[nodiscard]] std::optional<std::string> receive(Deadline deadline);

 private:
  void wait_for_end_of_output() noexcept;

  std::optional<Child> child_;
  Fd to_child_, from_child_;
};

}  // namespace sase::os
