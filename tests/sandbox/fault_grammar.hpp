// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/fault_plan.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace sase::sandbox {

/// An unknown fault or an invalid value; `what()` suggests the nearest name or lists the allowed values.
class BadFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The plan that `settings` (each `name=value`) describe together; of a repeated name the last one counts.
/// Throws BadFault.
[[nodiscard]] FaultPlan parse_faults(const std::vector<std::string>& settings);

/// One line per fault for `--help`: name, values, effect.
[[nodiscard]] std::string fault_help();

}  // namespace sase::sandbox
