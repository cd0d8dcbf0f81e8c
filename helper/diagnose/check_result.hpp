// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/failure.hpp"
#include "protocol/authorize/check.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sase::diagnose {

/// The result of one check of `doctor`. Its texts contain no secret and only printable ASCII.
struct CheckResult {
  std::string_view name;
  protocol::CheckState state = protocol::CheckState::untried;
  std::string what;
  std::string remedy;                 ///< empty if there is nothing to do
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

}  // namespace sase::diagnose
