// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/watchdog.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace sase::authorize {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A longer timeout is a mistake; a bound keeps the sum of times from overflowing.
constexpr milliseconds longest_timeout = std::chrono::hours(1);

/// What writing the reply and reading it on the other side may take.
constexpr milliseconds longest_margin{100};

std::string show(milliseconds duration) {
  constexpr milliseconds second{1000};
  return duration % second == milliseconds(0) ? std::to_string(duration / second) + 's'
                                              : std::to_string(duration.count()) + "ms";
}

}  // namespace

steady_clock::time_point deadline_for(steady_clock::time_point start, milliseconds timeout) noexcept {
  const milliseconds bounded = std::min(timeout, longest_timeout);
  return start + bounded - std::min(longest_margin, bounded / 10);
}

Watchdog::Watchdog(steady_clock::time_point deadline, std::function<void()> bite)
    : bite_(std::move(bite)), thread_([this, deadline] { watch(deadline); }) {}

Watchdog::~Watchdog() {
  if (call_off()) changed_.notify_one();
  thread_.join();
}

bool Watchdog::call_off() noexcept {
  const std::lock_guard hold(mutex_);
  if (state_ == State::biting) return false;
  // The thread is not woken: a process that is about to end need not wait for it to end first.
  state_ = State::called_off;
  return true;
}

void Watchdog::watch(steady_clock::time_point deadline) {
  {
    std::unique_lock hold(mutex_);
    (void)changed_.wait_until(hold, deadline, [this] { return state_ == State::called_off; });
    if (state_ == State::called_off) return;
    state_ = State::biting;
  }
  bite_();
}

protocol::AuthError no_answer_in_time(const protocol::Host& host, milliseconds timeout, Phase phase) {
  return {.kind = protocol::ErrorKind::unreachable,
          .transient = true,
          .what = "no answer from '" + host.text() + "' within " + show(timeout) + " (" +
                  std::string(describe(phase)) + ')',
          .hint = "check the network and proxy, or raise timeout",
          .retry_after = {}};
}

}  // namespace sase::authorize
