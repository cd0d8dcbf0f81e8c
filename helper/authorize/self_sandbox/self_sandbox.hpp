// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sase::authorize {

/// Forbids this thread, and every one that it starts from now on, to write, make, move, remove or execute any
/// file, and where the kernel can, to send signals to and use the abstract sockets of processes that are not
/// so confined (landlock(7)). Reading stays allowed, and so do sockets that have a path: names may have to be
/// asked for there. What is open already can be used as before. There is no way back.
///
/// Gives the version of the kernel's Landlock, or 0 where there is none or it is not allowed; nothing has
/// changed then.
[[nodiscard]] int restrict_files() noexcept;

/// What of the lock-down the system allowed.
struct SelfSandbox {
  bool has_no_new_privileges = false;  ///< no program that is run gains rights (prctl(2))
  bool has_call_filter = false;        ///< install_seccomp_filter()
  int landlock = 0;                    ///< its version, or 0

  /// Such as `no_new_privs, seccomp, landlock 7`, or `none`.
  [[nodiscard]] std::string describe() const;
};

/// From now on this process cannot run programs, write files or gain privileges, even if an attacker takes it
/// over: before it reads what comes from outside, and before it starts a thread. What the system does not
/// allow is left out, since a token is worth more than its last line of defence.
[[nodiscard]] SelfSandbox enter_self_sandbox() noexcept;

}  // namespace sase::authorize
