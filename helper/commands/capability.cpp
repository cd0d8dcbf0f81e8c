// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/commands.hpp"
#include "protocol/git/credential.hpp"

namespace sase::commands {

/// Reads nothing: callers may leave standard input open.
ExitCode capability(const Call& call) {
  write_output(call, protocol::capability_reply);
  return ExitCode::success;
}

}  // namespace sase::commands
