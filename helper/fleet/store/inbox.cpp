// SPDX-License-Identifier: Apache-2.0
#include "helper/fleet/store/inbox.hpp"

#include <algorithm>

namespace sase::fleet {

namespace {

/// The longest wait: the clock's maximum overflows in the condition variable of some C libraries.
constexpr std::chrono::hours longest_wait{24};

}  // namespace

std::optional<std::string> Inbox::next(Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  const bool is_ready = changed_.wait_until(lock, std::min(deadline, Clock::now() + longest_wait), [&] {
    return !messages_.empty() || ended_ != Clock::time_point::max();
  });
  if (!is_ready || messages_.empty()) return std::nullopt;
  std::string message = std::move(messages_.front());
  messages_.pop_front();
  return message;
}

Inbox::Clock::time_point Inbox::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

std::string Inbox::take_trace() {
  const std::lock_guard lock(mutex_);
  return std::exchange(trace_, {});
}

bool Inbox::wait(Clock::time_point deadline, Until until, const bool& is_done) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline, [&] {
    const bool has_ended = ended_ != Clock::time_point::max();
    return is_done || (until != Until::done && has_ended) ||
           (until == Until::done_or_message && !messages_.empty());
  });
  return is_done;
}

}  // namespace sase::fleet
