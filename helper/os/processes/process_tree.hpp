// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

namespace sase::os {

/// Kills a child of ours that leads a session of its own, all that it started, and all that is in its
/// session. What has left both, as a daemon does, is not known to be its and lives on. The child has not been
/// waited for yet, so that its number is still its own, and is not waited for here.
void kill_process_tree(pid_t leader) noexcept;

}  // namespace sase::os
