// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/report/progress.hpp"
#include "protocol/authorize/exchange.hpp"
#include "protocol/host.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace sase::authorize {

/// When to answer at the latest so that the answer reaches the front within its `timeout`, which began at
/// `start`.
[[nodiscard]] std::chrono::steady_clock::time_point deadline_for(std::chrono::steady_clock::time_point start,
                                                                 std::chrono::milliseconds timeout) noexcept;

/// Does something at a deadline unless it is called off before. A thread and not only time-outs, because a
/// name look-up has none, and a server that sends a byte a second never meets those of a socket. The watching
/// has the second thread and the work the first: that one's memory is cheaper to come by.
class Watchdog {
 public:
  /// `bite` runs in the watchdog's thread, once, at the deadline. Throws std::system_error when there can be
  /// no thread.
  Watchdog(std::chrono::steady_clock::time_point deadline, std::function<void()> bite);
  /// Calls it off, and waits for a bite that has begun.
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Whether it came before the bite, which then never happens.
  [[nodiscard]] bool call_off() noexcept;

 private:
  enum class State { watching, called_off, biting };

  void watch(std::chrono::steady_clock::time_point deadline);

  std::function<void()> bite_;
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::watching;
  std::thread thread_;  // last, so that all it uses exists when it starts
};

/// What is said when the deadline came first.
[[nodiscard]] protocol::AuthError no_answer_in_time(const protocol::Host& host,
                                                    std::chrono::milliseconds timeout, Phase phase);

}  // namespace sase::authorize
