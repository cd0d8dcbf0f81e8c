// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/fault_plan.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sase::sandbox {

/// What a request is, to a fault plan.
enum class RouteKind { authorize, resource };

/// The faults in force, changeable while the server runs. Any thread may call any member.
class FaultSwitch {
 public:
  /// Replaces all faults by `settings` (each `name=value`). Throws BadFault and then changes nothing.
  void replace(std::vector<std::string> settings);
  void clear();

  /// The settings in force, as they were given.
  [[nodiscard]] std::vector<std::string> settings() const;

  /// The plan for a request of `kind`, which uses up one of its `times`; nothing when it does not apply.
  [[nodiscard]] std::optional<FaultPlan> take(RouteKind kind);

  /// True when the connection that has just arrived shall be reset; uses up one of `times`.
  [[nodiscard]] bool take_accept_reset();

  /// The plan in force, for what holds on every route: the clock, and whether tokens are rejected.
  [[nodiscard]] FaultPlan standing() const;

 private:
  void use_up();

  mutable std::mutex mutex_;
  std::vector<std::string> settings_;
  FaultPlan plan_;
};

}  // namespace sase::sandbox
