// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cli/terminal.hpp"
#include "helper/failure.hpp"
#include "protocol/authorize/check.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace sase::diagnose {

/// The result of one check of `doctor`. Its texts contain no secret and only printable ASCII.
struct CheckResult {
  std::string_view name;
  protocol::CheckState state = protocol::CheckState::untried;
  std::string what = "not tried";
  std::string remedy = {};            ///< empty if there is nothing to do
  ExitCode code = ExitCode::success;  ///< of a failed check
  std::chrono::microseconds took{0};  ///< the duration of the check

  [[nodiscard]] bool is_failed() const noexcept { return state == protocol::CheckState::broken; }

  /// The result of a check that threw a Failure.
  [[nodiscard]] static CheckResult failed(std::string_view name, const Failure& failure) {
    return {.name = name,
            .state = protocol::CheckState::broken,
            .what = failure.what(),
            .remedy = failure.hint,
            .code = failure.code};
  }
};

/// A setting for display: secrets are masked, other text is escaped.
struct EffectiveSetting {
  std::string_view name;
  std::string value;  ///< empty if it has none
  std::string from;   ///< `--region`, `SASE_REGION`, `/path/default.conf:3`, or `default`
};

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
