// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>

namespace sase::os {

/// What the process does that leaves another one behind.
enum class ParentLifetime {
  ends,     ///< at once: its own streams are on /dev/null too, and the new process is its child until then
  goes_on,  ///< maybe as another program: its streams stay, and the new process is no child of its
};

/// Whether processes that nobody waits for become children of this one, and of the program that it turns
/// into: a container's first process gets them, and so does one that has asked for them (prctl(2),
/// PR_SET_CHILD_SUBREAPER). For it, Afterwards::goes_on cannot keep its word.
[[nodiscard]] bool inherits_orphans() noexcept;

/// Does something in a process that outlives this one and that nobody need wait for: in a session of its own,
/// with the root as its directory, its three standard streams on /dev/null and no other descriptor than those
/// `kept` (negative ones stand for none), so that no host waits for a pipe to close. What `task` throws is
/// lost. (Where this process is about to end, beside ten busy processes, a fork in between, and a pipe that
/// closed only with the new process's turn on a processor, took seven times as long as the call itself.)
/// Throws std::system_error when there can be no such process.
void spawn_background(std::span<const int> kept, const std::function<void()>& task,
                      ParentLifetime afterwards = ParentLifetime::ends);

}  // namespace sase::os
