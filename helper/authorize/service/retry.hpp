// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <thread>

namespace sase::authorize {

/// Time and randomness. Abstract so that tests are fast and deterministic.
class Timing {
 public:
  Timing() = default;
  Timing(const Timing&) = delete;
  Timing& operator=(const Timing&) = delete;
  virtual ~Timing() = default;

  /// The time until the deadline; zero after it.
  [[nodiscard]] virtual std::chrono::milliseconds time_left() const = 0;
  /// The system clock, which may be wrong.
  [[nodiscard]] virtual std::chrono::sys_seconds wall_clock() const = 0;
  /// A random number in [0, 1).
  [[nodiscard]] virtual double chance() = 0;
  virtual void pause(std::chrono::milliseconds duration) = 0;
};

class SystemTiming : public Timing {
 public:
  explicit SystemTiming(std::chrono::steady_clock::time_point deadline) noexcept : deadline_(deadline) {}

  [[nodiscard]] std::chrono::milliseconds time_left() const override;
  [[nodiscard]] std::chrono::sys_seconds wall_clock() const override {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
  [[nodiscard]] double chance() override;
  void pause(std::chrono::milliseconds duration) override { std::this_thread::sleep_for(duration); }

 private:
  std::chrono::steady_clock::time_point deadline_;
};

/// The upper limit of the first pause; it doubles with each retry, up to longest_pause.
inline constexpr std::chrono::milliseconds first_pause{250};
inline constexpr std::chrono::milliseconds longest_pause{4000};

/// The least time for a try: no TLS handshake over a wide-area network is faster.
inline constexpr std::chrono::milliseconds shortest_try{50};

/// The pause after `tries` failed tries, or nothing if no time is left for another one. The pause is random
/// between zero and its upper limit, so that clients that failed together do not return together ("full
/// jitter"). It begins after the service's `retry_after`, and ends early enough for a try. `chance` is in
/// [0, 1).
[[nodiscard]] std::optional<std::chrono::milliseconds> pause_before_retry(
    unsigned tries, std::chrono::milliseconds time_left, std::optional<std::chrono::seconds> retry_after,
    double chance) noexcept;

/// Parses a `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date, relative to `now`, the service's
/// clock. At most protocol::longest_retry_after; zero for a past date. Returns nothing for any other text.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(std::string_view text,
                                                                    std::chrono::sys_seconds now);

}  // namespace sase::authorize
