// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sase::authorize {

/// Forbids this thread, and every one that it starts from now on, the system calls with which a process runs
/// programs, opens files for writing, changes what is in a directory, gains privileges, reaches into other
/// processes, makes sockets other than local ones and the Internet's, or administers the machine
/// (seccomp(2)). They fail with EPERM; a call in the convention of another architecture ends the process.
/// There is no way back.
///
/// False where the system does not allow it; nothing has changed then.
[[nodiscard]] bool install_seccomp_filter() noexcept;

}  // namespace sase::authorize
