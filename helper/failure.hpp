// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace sase {

/// Exit codes of the front; exit_codes describes them.
enum class ExitCode : int {
  success = 0,
  internal_error = 1,
  usage_error = 2,
  malformed_request = 3,
  invalid_settings = 4,
  rejected = 5,
  unreachable = 6,
  local_state = 7,
  cannot_run = 126,  // as in shells
  not_found = 127,
};

struct ExitMeaning {
  ExitCode code;
  std::string_view meaning;
};

/// All of them, in order. Help and the manual page have the same text.
inline constexpr std::array exit_codes = {
    ExitMeaning{ExitCode::success, "success"},
    ExitMeaning{ExitCode::internal_error, "internal error (please report it)"},
    ExitMeaning{ExitCode::usage_error, "usage error"},
    ExitMeaning{ExitCode::malformed_request, "malformed request on stdin"},
    ExitMeaning{ExitCode::invalid_settings, "setting or key missing or invalid"},
    ExitMeaning{ExitCode::rejected, "rejected by the service, or invalid response from it"},
    ExitMeaning{ExitCode::unreachable, "unreachable, timed out or rate-limited; a later attempt may succeed"},
    ExitMeaning{ExitCode::local_state, "local state unusable"},
    ExitMeaning{ExitCode::cannot_run, "the command of 'exec' cannot be run"},
    ExitMeaning{ExitCode::not_found, "the command of 'exec' was not found"},
};

/// A task that cannot be completed and that only the user can help. `what()` is what failed and why; `hint`
/// (may be empty) is the remedy. Neither contains a secret, and text from outside is escaped in both.
class Failure : public std::runtime_error {
 public:
  Failure(ExitCode failure_code, const std::string& what_and_why, std::string what_to_do = {})
      : std::runtime_error(what_and_why), code(failure_code), hint(std::move(what_to_do)) {}

  ExitCode code;
  std::string hint;
};

}  // namespace sase
