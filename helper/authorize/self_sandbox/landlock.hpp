// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sase::authorize {

/// Forbids this thread, and every one that it starts from now on, to write, make, move, remove or execute any
/// file, and where the kernel can, to send signals to and use the abstract sockets of processes that are not
/// so confined (landlock(7)). Reading stays allowed, and so do sockets that have a path: names may have to be
/// asked for there. What is open already can be used as before. There is no way back.
///
/// Gives the version of the kernel's Landlock, or 0 where there is none or it is not allowed; nothing has
/// changed then.
[[nodiscard]] int restrict_files() noexcept;

}  // namespace sase::authorize
