// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cli/terminal.hpp"
#include "helper/diagnose/check_result.hpp"
#include "helper/diagnose/settings_check.hpp"
#include "helper/failure.hpp"

#include <string>
#include <vector>

namespace sase::diagnose {

/// The results of `doctor`, in the order of the checks.
struct DoctorReport {
  std::string profile;  ///< empty if none could be selected
  std::vector<CheckResult> checks;
  std::vector<EffectiveSetting> settings;

  /// The exit code of the first failed check.
  [[nodiscard]] ExitCode exit_code() const noexcept;

  /// For people.
  [[nodiscard]] std::string text(const cli::Terminal& terminal) const;

  /// One JSON object in one line; sase-credential(1) defines it. A change of its shape increments `version`.
  [[nodiscard]] std::string json() const;

 private:
  [[nodiscard]] const CheckResult* find_failed() const noexcept;
};

}  // namespace sase::diagnose
