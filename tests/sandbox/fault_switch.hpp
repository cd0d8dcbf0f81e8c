// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/fault_plan.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sase::sandbox {

/// The kind of a request, which decides whether a fault applies.
enum class RouteKind { authorize, resource };

/// The faults in effect, which can change while the server runs. Thread-safe.
class FaultSwitch {
 public:
  /// Replaces all faults by `settings` (each `name=value`). Throws BadFault and changes nothing.
  void replace(std::vector<std::string> settings);
  void clear();

  /// The current settings, as given.
  [[nodiscard]] std::vector<std::string> settings() const;

  /// The plan for a request of `kind`, or nothing if no fault applies. Decrements `times`.
  [[nodiscard]] std::optional<FaultPlan> next(RouteKind kind);

  /// Whether to reset a new connection. Decrements `times`.
  [[nodiscard]] bool next_accept_reset();

  /// The current plan, for the faults that apply to each route: the clock and rejected tokens.
  [[nodiscard]] FaultPlan current() const;

 private:
  void decrement_times();

  mutable std::mutex mutex_;
  std::vector<std::string> settings_;
  FaultPlan plan_;
};

}  // namespace sase::sandbox
