// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace sase::fleet {

/// What the main thread waits for: messages of the front, the end of its input, and the work of other
/// threads. Threads that the main one has given up keep a reference.
class Inbox {
 public:
  using Clock = std::chrono::steady_clock;

  /// What ends a wait before its deadline.
  enum class Until { done, done_or_end, done_or_message };

  void add(std::string message) {
    change([&] { messages_.push_back(std::move(message)); });
  }
  void end() {
    change([&] { ended_ = Clock::now(); });
  }
  void add_trace(std::string_view lines) {
    change([&] { trace_.append(lines).append("\n"); });
  }

  /// The next message; nothing at the deadline, or at the end of the input.
  [[nodiscard]] std::optional<std::string> next(Clock::time_point deadline);

  /// Returns early at the end of the input.
  void sleep_until(Clock::time_point deadline) { (void)wait(deadline, Until::done_or_end, false); }

  /// When the input ended; the clock's maximum if it has not.
  [[nodiscard]] Clock::time_point ended() const;

  /// The trace lines since the last call, each as a message.
  [[nodiscard]] std::string take_trace();

  /// Calls `work` in a thread of its own, since looking up a name, a handshake and a reply that arrives byte
  /// by byte have no time limit that could be set. Returns its result, or nothing if the wait ended earlier;
  /// then the thread continues, and what `work` refers to must outlive it. Throws what `work` throws.
  template <typename Result>
  [[nodiscard]] static std::optional<Result> run(const std::shared_ptr<Inbox>& inbox,
                                                 std::function<Result()> work, Clock::time_point deadline,
                                                 Until until) {
    struct Outcome {
      bool is_done = false;
      std::optional<Result> result;
      std::exception_ptr error;
    };
    const auto outcome = std::make_shared<Outcome>();
    std::thread([inbox, outcome, work = std::move(work)] {
      std::optional<Result> result;
      std::exception_ptr error;
      try {
        result = work();
      } catch (...) {
        error = std::current_exception();
      }
      inbox->change([&] {
        outcome->result = std::move(result);
        outcome->error = std::exchange(error, nullptr);
        outcome->is_done = true;
      });
    }).detach();
    if (!inbox->wait(deadline, until, outcome->is_done)) return std::nullopt;
    if (outcome->error) std::rethrow_exception(outcome->error);
    return std::move(outcome->result);
  }

 private:
  template <typename Change>
  void change(const Change& change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }

  /// Returns `is_done`, which change() sets.
  [[nodiscard]] bool wait(Clock::time_point deadline, Until until, const bool& is_done);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> messages_;
  Clock::time_point ended_ = Clock::time_point::max();
  std::string trace_;
};

}  // namespace sase::fleet
