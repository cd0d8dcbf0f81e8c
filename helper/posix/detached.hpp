// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>

namespace sase::helper {

/// Does something in a process that outlives this one and that nobody need wait for: in a session of its own,
/// with the root as its folder, its three standard streams on /dev/null and no other descriptor than those
/// `kept` (negative ones stand for none), so that no host waits for a pipe to close. What `task` throws is
/// lost. It is a child of this process for as long as this one lives, which is about to end: a second fork,
/// to be rid of it at once, would cost the caller another tenth of a millisecond. Throws std::system_error
/// when there can be no such process.
void run_detached(std::span<const int> kept, const std::function<void()>& task);

}  // namespace sase::helper
