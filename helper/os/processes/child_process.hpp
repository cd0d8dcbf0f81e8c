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

/// Both ends are closed in a program that this one executes.
struct Pipe {
  Fd reader, writer;
};

/// Both throw std::system_error.
[[nodiscard]] Pipe make_pipe();
void set_nonblocking(const Fd& fd);

/// fork(2). The secrets of the new process are locked in memory again. No other function may call fork(2).
[[nodiscard]] pid_t fork_process() noexcept;

/// What a program leads, and what is killed with it.
enum class Leads { nothing, process_group, session };

/// A program to start. It inherits no descriptor but its standard streams; the signals that hardening ignores
/// have their defaults.
struct SpawnCall {
  const std::string& program;              ///< absolute path
  std::span<const std::string> arguments;  ///< argv, including argv[0]
  const char* const* environment;          ///< ends with a null pointer
  int input = -1;                          ///< negative: /dev/null
  int output = -1;
  int errors = -1;  ///< negative: the standard error of this process
  Leads leads = Leads::nothing;
  sigset_t mask{};  ///< the signals that it blocks
};

/// A running program. The destructor kills it unless wait() was called: with the process group or session
/// that it leads and, at that moment, its descendants in other sessions.
class Child {
 public:
  /// Throws std::system_error if the program cannot be started.
  explicit Child(const SpawnCall& call);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  /// Whether it has ended; wait() returns how.
  [[nodiscard]] bool has_ended() const noexcept;

  /// Waits until it has ended. Returns the status of waitpid(2). Call it once.
  int wait() noexcept;
  [[nodiscard]] bool is_waited_for() const noexcept { return pid_ == 0; }

  /// Lets it run on: the destructor does not end it.
  void leave() noexcept { pid_ = 0; }

  /// Sends a signal to it, and to the process group or the session's process group that it leads.
  void signal(int number) const noexcept;

  /// Ends it: SIGTERM, then SIGKILL after at most a second.
  void stop() noexcept;

 private:
  pid_t pid_ = 0;
  Leads leads_;
};

/// A program that runs beside this one and leads a process group, which does not outlive this object. Its
/// standard input and output are pipes; it inherits the standard error and no other descriptor.
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

  /// Reads what the pipe holds, without waiting. True once the output has ended. Throws std::system_error.
  bool read();

  /// What has been read, at most 64 KiB.
  [[nodiscard]] const std::string& output() const noexcept { return output_bytes_; }

  /// Waits for the end of the process. Returns its exit code, or nothing if a signal ended it.
  [[nodiscard]] std::optional<int> wait_for_exit() noexcept;

  /// Ends the process group as Child::stop() does.
  void stop() noexcept { child_->stop(); }

 private:
  Fd output_;
  std::string output_bytes_;
  std::optional<Child> child_;
};

}  // namespace sase::os
