// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/completion.hpp"
#include "helper/commands/command.hpp"

namespace sase::helper {

ExitCode complete(const Call& call) {
  write_output(call, candidates(call.line.operands, ProfileFiles(call.environment)));
  return ExitCode::success;
}

}  // namespace sase::helper
