// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/clock.hpp"
#include "helper/diagnostics.hpp"
#include "helper/failure.hpp"
#include "helper/os/files/published_file.hpp"
#include "helper/os/processes/child_process.hpp"
#include "helper/os/processes/notify_socket.hpp"
#include "helper/os/processes/signals.hpp"
#include "helper/token/freshness.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sase::watch {

/// What `watch --once` reports on stdout to the `watch` process that started it: the token that FILE holds
/// now.
struct TokenReport {
  std::string token;      ///< identifies the token and reveals nothing of it
  os::FileIdentity file;  ///< of FILE, as this token was written to it
  std::chrono::seconds left{};
  std::chrono::seconds refresh_ahead{};  ///< with less time left than this, the token is due for refresh
  bool is_due_for_refresh = false;       ///< it is due; its refresh failed or was not allowed

  /// The token and the file. An attempt that finds the same token in the same file does not write it again.
  [[nodiscard]] std::string identity() const { return token + '@' + file; }

  /// The report as lines `key=value` (protocol/git/credential.hpp).
  [[nodiscard]] std::string format() const;

  /// Throws protocol::ProtocolError.
  [[nodiscard]] static TokenReport parse(std::string_view text);
};

/// The result of an attempt: a token, a failure, or both if the refresh of a token that is still good failed.
struct Attempt {
  std::optional<TokenReport> token;
  std::optional<Failure> failure;
  std::vector<std::string> warnings = {};  ///< the lines, each warning with its hint

  /// The result of an attempt that wrote its report and its messages and ended with this exit code.
  [[nodiscard]] static Attempt parse(std::string_view output, int exit_code);
};

/// What a Watcher works with. Everything referred to must outlive it.
struct WatcherParts {
  const os::PublishedFile& file;
  const Diagnostics& diagnostics;
  const os::NotifySocket& manager;
  std::optional<std::chrono::milliseconds> watchdog;  ///< WATCHDOG_USEC: the longest silence that is allowed
  std::string program;                                ///< of an attempt
  std::vector<std::string> arguments;                 ///< of an attempt; the first one is its name
  const char* const* environment;
  std::string command = {};                          ///< of `--exec`, for a shell; may be empty
  const char* const* command_environment = nullptr;  ///< ends with a null pointer

  /// A command that takes longer is ended. Tokens live longer.
  std::chrono::milliseconds longest_command = std::chrono::minutes(1);

  /// An attempt that takes longer hangs, far beyond its own timeout: it was stopped, or waits for a network
  /// file system.
  std::chrono::milliseconds longest_attempt = std::chrono::minutes(5);
};

/// The program name of an attempt. It gets the identity() of the last report on stdin, and writes a
/// TokenReport and its messages to stdout: the watcher does not repeat those that it has printed before.
inline constexpr std::string_view attempt_name = "sase-credential-attempt";

/// Keeps a file up to date, attempt by attempt, until a signal stops it. Each attempt is a child process, so
/// that this process holds no token, and can stop an attempt at any time.
class Watcher {
 public:
  explicit Watcher(const WatcherParts& parts) : parts_(parts) {}

  /// Returns success after SIGTERM or SIGINT, and leaves the file. If the first attempt fails, reports that
  /// and returns its exit code.
  [[nodiscard]] ExitCode run();

 private:
  [[nodiscard]] bool wait_for_next_attempt();
  [[nodiscard]] std::optional<Attempt> attempt();
  [[nodiscard]] std::optional<Attempt> wait_for(os::ChildProcess& child);
  [[nodiscard]] Attempt finish(os::ChildProcess& child);
  [[nodiscard]] BootTime next_due() const;
  void start_command();
  void check_command();
  void catch_up_with_wall_clock();
  void handle_due_events();
  void apply(Attempt attempt);
  void apply_token(TokenReport token, bool has_failed);
  void report_failure(const Failure& failure);
  void report_recovery();
  void remove_expired_file();
  void notify(const std::string& lines) const { (void)parts_.manager.tell(lines); }
  void notify_status() const;
  [[nodiscard]] std::string quoted_file() const;

  const WatcherParts& parts_;
  os::SignalWaiter signals_;
  std::optional<os::Child> command_;  ///< while it runs
  BootTime command_deadline_{};
  token::RefreshSchedule schedule_;
  std::optional<TokenReport> current_;  ///< the token in the file
  std::optional<Failure> failure_;      ///< of the latest attempts, once it has been reported
  std::vector<std::string> warnings_;   ///< of the attempts, as printed last
  BootTime next_warning_{};             ///< none is printed before
  ClockReading checked_at_ = ClockReading::now();
  BootTime failing_since_{};
  BootTime next_watchdog_ping_{};
  /// SIGHUP arrived during an attempt, which may have read the settings before.
  bool is_hup_pending_ = false;
};

}  // namespace sase::watch
