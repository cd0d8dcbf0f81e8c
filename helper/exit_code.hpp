// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace sase {

/// What the front's exit code tells a script. exit_codes says it in words.
enum class ExitCode : int {
  success = 0,
  internal_error = 1,
  usage_error = 2,
  malformed_request = 3,
  invalid_settings = 4,
  rejected = 5,
  unreachable = 6,
  local_state = 7,
  cannot_run = 126,  // these two as shells have them
  not_found = 127,
};

struct ExitMeaning {
  ExitCode code;
  std::string_view meaning;
};

/// All of them, in order. Help and the manual page have the same text.
inline constexpr std::array exit_codes = {
    ExitMeaning{ExitCode::success, "done, or not ours"},
    ExitMeaning{ExitCode::internal_error, "a bug of ours"},
    ExitMeaning{ExitCode::usage_error, "the command line is wrong"},
    ExitMeaning{ExitCode::malformed_request, "the request on stdin is not understood"},
    ExitMeaning{ExitCode::invalid_settings, "a setting or the key is missing or wrong"},
    ExitMeaning{ExitCode::rejected, "refused by the service, or its answer makes no sense"},
    ExitMeaning{ExitCode::unreachable, "unreachable, timed out or rate-limited: trying later may help"},
    ExitMeaning{ExitCode::local_state, "something on this machine cannot be used"},
    ExitMeaning{ExitCode::cannot_run, "the command of 'exec' cannot be run"},
    ExitMeaning{ExitCode::not_found, "the command of 'exec' is not there"},
};

}  // namespace sase
