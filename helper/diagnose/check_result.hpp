// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/exit_code.hpp"
#include "helper/failure.hpp"
#include "protocol/authorize/check.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sase::diagnose {

/// One link of the chain from the settings to the service's answer, as `doctor` found it. In words for a
/// person: no secret, and only printable ASCII.
struct CheckResult {
  std::string_view name;
  protocol::CheckState state = protocol::CheckState::untried;
  std::string what;
  std::string remedy;                 ///< what to do, where something is to be done
  ExitCode code = ExitCode::success;  ///< of a broken one
  std::chrono::microseconds took{0};  ///< how long it took to try it

  [[nodiscard]] bool is_failed() const noexcept { return state == protocol::CheckState::broken; }

  /// A link that is broken for the reason of a failure.
  [[nodiscard]] static CheckResult failed(std::string_view name, const Failure& failure) {
    return {.name = name,
            .state = protocol::CheckState::broken,
            .what = failure.what(),
            .remedy = failure.hint,
            .code = failure.code};
  }
};

}  // namespace sase::diagnose
