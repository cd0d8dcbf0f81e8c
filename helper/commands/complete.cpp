// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/completion.hpp"
#include "helper/commands/commands.hpp"

namespace sase::commands {

ExitCode complete(const Call& call) {
  write_output(call,
               cli::list_candidates(table(), call.line.operands, config::ProfileFiles(call.environment)));
  return ExitCode::success;
}

}  // namespace sase::commands
