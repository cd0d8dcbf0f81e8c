// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cli/terminal.hpp"
#include "helper/diagnose/check_result.hpp"
#include "helper/diagnose/effective_setting.hpp"
#include "helper/exit_code.hpp"

#include <string>
#include <vector>

namespace sase::diagnose {

/// All that `doctor` found, from the first link to the last.
struct DoctorReport {
  std::string profile;  ///< empty where none could be chosen
  std::vector<CheckResult> checks;
  std::vector<EffectiveSetting> settings;

  /// That of the first broken link.
  [[nodiscard]] ExitCode exit_code() const noexcept;

  /// For people.
  [[nodiscard]] std::string text(const cli::Terminal& terminal) const;

  /// For programs: one JSON object in one line. sase-credential(1) documents it.
  [[nodiscard]] std::string json() const;
};

}  // namespace sase::diagnose
