// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/commands.hpp"

namespace sase::commands {

/// Tokens come from the service alone: one that is offered could be anybody's, so it is read, to spare its
/// writer a closed pipe, and thrown away.
ExitCode store(const Call& call) {
  ignore_request(call);
  return ExitCode::success;
}

}  // namespace sase::commands
