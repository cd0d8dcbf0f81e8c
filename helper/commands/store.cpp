// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/command.hpp"
#include "helper/posix/stream.hpp"

namespace sase::helper {

/// Tokens come from the service alone: one that is offered could be anybody's, so it is read, to spare its
/// writer a closed pipe, and thrown away.
ExitCode store(const Call& call) {
  discard_input(call.input);
  return ExitCode::done;
}

}  // namespace sase::helper
