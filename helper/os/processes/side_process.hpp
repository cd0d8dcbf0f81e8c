// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"

#include <csignal>
#include <functional>
#include <optional>
#include <string>

#include <sys/types.h>

namespace sase::os {

/// A copy of this process that does one thing beside it, says what came of it, and ends: whatever it holds in
/// memory is gone then, and it can be stopped at any moment. It and what it starts are a group of processes,
/// which does not outlive this object.
class SideProcess {
 public:
  /// Begins. What `task` returns is the result; if it throws there is none. `mask` is what it blocks of
  /// signals. Throws std::system_error.
  SideProcess(const std::function<std::string()>& task, const sigset_t& mask);
  SideProcess(const SideProcess&) = delete;
  SideProcess& operator=(const SideProcess&) = delete;
  ~SideProcess() { stop(); }

  /// There is something to read here when it has something to say, or ends.
  [[nodiscard]] int fd() const noexcept { return reader_.get(); }

  /// Reads what is there; whether that was the end. Throws std::system_error.
  [[nodiscard]] bool read();

  /// What it said, once read() has come to the end; nothing where it did not end well.
  [[nodiscard]] std::optional<std::string> result();

  /// Ends the whole group: with SIGTERM, and with SIGKILL where that is not enough within a second.
  void stop() noexcept;

 private:
  Fd reader_;
  pid_t pid_ = 0;
  std::string said_;
};

}  // namespace sase::os
