// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace sase::authorize {

/// Time and chance. Abstract so that tests need not wait and are not left to luck.
class Timing {
 public:
  Timing() = default;
  Timing(const Timing&) = delete;
  Timing& operator=(const Timing&) = delete;
  virtual ~Timing() = default;

  /// Until the deadline; zero once it has passed.
  [[nodiscard]] virtual std::chrono::milliseconds time_left() const = 0;
  /// This machine's idea of the time, which may be wrong.
  [[nodiscard]] virtual std::chrono::sys_seconds wall_clock() const = 0;
  /// A random number in [0, 1).
  [[nodiscard]] virtual double chance() = 0;
  virtual void pause(std::chrono::milliseconds duration) = 0;
};

/// The real ones, up to a deadline.
class SystemTiming : public Timing {
 public:
  explicit SystemTiming(std::chrono::steady_clock::time_point deadline) noexcept : deadline_(deadline) {}

  [[nodiscard]] std::chrono::milliseconds time_left() const override;
  [[nodiscard]] std::chrono::sys_seconds wall_clock() const override;
  [[nodiscard]] double chance() override;
  void pause(std::chrono::milliseconds duration) override;

 private:
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace sase::authorize
