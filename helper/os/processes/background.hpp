// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>

namespace sase::os {

/// What the process that starts a background process does next.
enum class ParentLifetime {
  ends,       ///< at once: its streams are redirected to /dev/null as well
  continues,  ///< perhaps as another program: it keeps its streams, and the background process is not its
              ///< child
};

/// Whether orphans become children of this process, and of the program that it executes: it is the init
/// process of a container, or a subreaper (prctl(2), PR_SET_CHILD_SUBREAPER). The background process would
/// then be a child in spite of ParentLifetime::continues.
[[nodiscard]] bool inherits_orphans() noexcept;

/// Runs `task` in a process that outlives this one: in its own session, in the root directory, with its
/// standard streams on /dev/null and no other descriptor than those `kept` (negative ones are ignored), so
/// that no host tool waits for a pipe to close. Exceptions of `task` are lost. Throws std::system_error if no
/// process can be started.
void spawn_background(std::span<const int> kept, const std::function<void()>& task,
                      ParentLifetime parent = ParentLifetime::ends);

}  // namespace sase::os
