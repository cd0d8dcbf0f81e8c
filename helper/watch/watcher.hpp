// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/diagnostics.hpp"
#include "helper/os/files/published_file.hpp"
#include "helper/os/processes/notify_socket.hpp"
#include "helper/os/processes/side_process.hpp"
#include "helper/os/processes/signal_waiter.hpp"
#include "helper/token/refresh_schedule.hpp"
#include "helper/watch/refresh_attempt.hpp"

#include <functional>
#include <optional>
#include <string>

namespace sase::watch {

/// What a round is told of those before it.
struct RefreshOptions {
  const PublishedToken* current = nullptr;  ///< what the file holds, if it is ours; null if nothing is known
  Diagnostics::Verbosity said{};            ///< whether it says its warnings: not at each try in trouble
  bool is_first = false;
};

/// What a Watcher works with; all of it must outlive the watcher.
struct WatcherParts {
  const os::PublishedFile& file;
  const Diagnostics& diagnostics;
  const os::NotifySocket& manager;
  std::optional<BootTime> watchdog;  ///< how often the manager wants to hear of us, if it does
  std::function<RefreshAttempt(const RefreshOptions&)> look;  ///< looks for a token and puts it into the file

  /// A round that takes longer hangs, far beyond its own timeout: its process was stopped, or waits for the
  /// file system of a network.
  BootTime longest_round = std::chrono::minutes(5);
};

/// Keeps a file fresh, round by round, until it is told to stop. Each round is a process of its own: what it
/// holds of keys and tokens is gone with it, and it can be stopped at any moment.
class Watcher {
 public:
  explicit Watcher(const WatcherParts& parts) : parts_(parts) {}

  /// Returns when SIGTERM or SIGINT has come, and leaves the file. Throws the Failure of the first round.
  void run();

 private:
  enum class Continue { on, to_its_end };

  [[nodiscard]] Continue first_round();
  [[nodiscard]] Continue round();
  [[nodiscard]] Continue wait_for_round();
  [[nodiscard]] std::optional<RefreshAttempt> look(bool is_first);
  [[nodiscard]] std::optional<RefreshAttempt> wait_for(os::SideProcess& process, BootTime deadline);
  [[nodiscard]] BootTime next_event() const;
  void do_what_is_due();
  void apply(RefreshAttempt round);
  void settle_token(PublishedToken token, bool in_trouble);
  void begin_trouble(const Failure& failure);
  void end_trouble();
  void expire();
  void tell(const std::string& lines) const;
  void notify_status() const;
  [[nodiscard]] Diagnostics say() const noexcept {
    return parts_.diagnostics.anew(Diagnostics::Verbosity::all);
  }
  [[nodiscard]] std::string file_in_words() const;

  const WatcherParts& parts_;
  os::SignalWaiter wake_ups_;
  token::RefreshSchedule schedule_;
  std::optional<PublishedToken> current_;
  std::optional<Failure> warning_;  ///< what is wrong, since somebody was told of it
  BootTime troubled_since_{};
  BootTime next_watchdog_ping_{};
  bool is_asked_ = false;  ///< SIGHUP came during a round, which may have read the settings before
};

}  // namespace sase::watch
