// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sase::helper {

/// What the front's exit code tells a script. README.md has the same table.
enum class ExitCode : int {
  done = 0,
  bug = 1,          ///< ours
  usage = 2,        ///< the command line is wrong
  request = 3,      ///< the request on stdin is not understood
  settings = 4,     ///< a setting or the key is missing or wrong
  refused = 5,      ///< by the service, or its answer makes no sense
  unreachable = 6,  ///< no connection, too slow or rate-limited: trying later may help
  local_state = 7,  ///< something on this machine cannot be used
};

}  // namespace sase::helper
