// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"

#include <csignal>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace sase::os {

/// A program that runs beside this one and leads a process group, which does not outlive this object. Its
/// standard streams are pipes; it gets no other descriptor.
class ChildProcess {
 public:
  /// `arguments` begin with the program's name; `input`, of at most 4 KiB, is its standard input;
  /// `environment` ends with a null pointer; `mask` are the signals that the child blocks. Throws
  /// std::system_error.
  ChildProcess(const std::string& program, std::span<const std::string> arguments, std::string_view input,
               const char* const* environment, const sigset_t& mask);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() { stop(); }

  /// To wait for readable bytes; -1 after the end of the stream.
  [[nodiscard]] int output_fd() const noexcept { return output_.get(); }
  [[nodiscard]] int errors_fd() const noexcept { return errors_.get(); }

  /// Reads what both pipes hold, without waiting. True once the output has ended. Throws std::system_error.
  bool read();

  /// What has been read; of the output at most 64 KiB.
  [[nodiscard]] const std::string& output() const noexcept { return output_bytes_; }
  [[nodiscard]] std::string take_errors() noexcept { return std::exchange(errors_bytes_, {}); }

  /// Waits for the end of the process. Returns its exit code, or nothing if a signal ended it.
  [[nodiscard]] std::optional<int> wait_for_exit() noexcept;

  /// Ends the process group: SIGTERM, then SIGKILL after at most a second.
  void stop() noexcept;

 private:
  Fd output_, errors_;
  std::string output_bytes_, errors_bytes_;
  pid_t pid_ = 0;
  bool is_running_ = true;  ///< it has not been waited for
};

}  // namespace sase::os
