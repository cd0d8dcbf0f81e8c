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

namespace sase::helper {

/// What a round is told of those before it.
struct RoundOrder {
  const PublishedToken* held = nullptr;  ///< what the file holds, if it is ours; null if nothing is known
  Diagnostics::Said said{};              ///< whether it says its warnings: not at each try in trouble
  bool is_first = false;
};

/// What a Watcher works with; all of it must outlive the watcher.
struct WatcherParts {
  const PublishedFile& file;
  const Diagnostics& diagnostics;
  const NotifySocket& manager;
  std::optional<Instant> watchdog;               ///< how often the manager wants to hear of us, if it does
  std::function<Round(const RoundOrder&)> look;  ///< looks for a token and puts it into the file

  /// A round that takes longer hangs, far beyond its own timeout: its process was stopped, or waits for the
  /// file system of a network.
  Instant longest_round = std::chrono::minutes(5);
};

/// Keeps a file fresh, round by round, until it is told to stop. Each round is a process of its own: what it
/// holds of keys and tokens is gone with it, and it can be stopped at any moment.
class Watcher {
 public:
  explicit Watcher(const WatcherParts& parts) : parts_(parts) {}

  /// Returns when SIGTERM or SIGINT has come, and leaves the file. Throws the Failure of the first round.
  void run();

 private:
  enum class Goes { on, to_its_end };

  [[nodiscard]] Goes first_round();
  [[nodiscard]] Goes round();
  [[nodiscard]] Goes wait_for_round();
  [[nodiscard]] std::optional<Round> look(bool is_first);
  [[nodiscard]] std::optional<Round> wait_for(SideProcess& process, Instant deadline);
  [[nodiscard]] Instant next_event() const;
  void do_what_is_due();
  void settle(Round round);
  void settle_token(PublishedToken token, bool in_trouble);
  void begin_trouble(const Failure& failure);
  void end_trouble();
  void expire();
  void tell(const std::string& lines) const;
  void tell_status() const;
  [[nodiscard]] Diagnostics say() const noexcept { return parts_.diagnostics.anew(Diagnostics::Said::all); }
  [[nodiscard]] std::string file_in_words() const;

  const WatcherParts& parts_;
  WakeUps wake_ups_;
  RenewalSchedule schedule_;
  std::optional<PublishedToken> held_;
  std::optional<Failure> trouble_;  ///< what is wrong, since somebody was told of it
  Instant troubled_since_{};
  Instant next_sign_{};
  bool is_asked_ = false;  ///< SIGHUP came during a round, which may have read the settings before
};

}  // namespace sase::helper
