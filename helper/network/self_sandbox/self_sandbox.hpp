// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sase::network {

/// Forbids this thread, and each thread that it starts from now on, to write, create, move, remove or execute
/// any file and, if the kernel can, to send signals to and use the abstract sockets of processes outside this
/// sandbox (landlock(7)). Reading, open files and sockets with a path stay usable: resolving a name may need
/// them. It cannot be undone.
///
/// Returns the kernel's version of Landlock, or 0 if it is missing or not allowed; then nothing has changed.
[[nodiscard]] int restrict_files() noexcept;

/// Forbids this thread, and each thread that it starts from now on, the system calls to run programs, open
/// files for writing, change directories, gain privileges, act on other processes, create sockets other than
/// local and Internet ones, and administer the machine (seccomp(2)). They fail with EPERM; a call with the
/// calling convention of another architecture ends the process. It cannot be undone.
///
/// False if the system does not allow it; then nothing has changed.
[[nodiscard]] bool install_seccomp_filter() noexcept;

/// Which parts of the sandbox the system allowed.
struct SelfSandbox {
  bool has_no_new_privileges = false;  ///< programs that are run gain no privileges (prctl(2))
  bool has_seccomp_filter = false;     ///< install_seccomp_filter()
  int landlock = 0;                    ///< its version, or 0

  /// Such as `no_new_privs, seccomp, landlock 7`, or `none`.
  [[nodiscard]] std::string describe() const;
};

/// From now on this process cannot run programs, write files or gain privileges, even if an attacker controls
/// it. To be called before input is read and threads are started. Parts that the system does not allow are
/// skipped: the token matters more than the last line of defense.
[[nodiscard]] SelfSandbox enter_self_sandbox() noexcept;

}  // namespace sase::network
