// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sase::authorize {

/// What of the lock-down the system allowed.
struct SelfSandbox {
  bool has_no_new_privileges = false;  ///< no program that is run gains rights (prctl(2))
  bool has_call_filter = false;        ///< seccomp_filter.hpp
  int landlock = 0;                    ///< its version (landlock.hpp), or 0

  /// Such as `no_new_privs, seccomp, landlock 7`, or `none`.
  [[nodiscard]] std::string describe() const;
};

/// From now on this process cannot run programs, write files or gain privileges, whoever gets hold of it:
/// before it reads what comes from outside, and before it starts a thread. What the system does not allow is
/// left out, since a token is worth more than its last line of defence.
[[nodiscard]] SelfSandbox enter_self_sandbox() noexcept;

}  // namespace sase::authorize
