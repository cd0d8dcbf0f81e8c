// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>

namespace sase::helper {

/// Does something in a process that outlives this one and that nobody need wait for: in a session of its own,
/// with the root as its folder, its three standard streams on /dev/null and no other descriptor than those
/// `kept` (negative ones stand for none), so that no host waits for a pipe to close. What `task` throws is
/// lost. This process is about to end: its own streams are on /dev/null too afterwards, and the new process
/// is its child until then. (Beside ten busy processes both matter: a fork in between, and a pipe that closed
/// only with the new process's turn on a processor, took seven times as long as the call itself.) Throws
/// std::system_error when there can be no such process.
void run_detached(std::span<const int> kept, const std::function<void()>& task);

}  // namespace sase::helper
