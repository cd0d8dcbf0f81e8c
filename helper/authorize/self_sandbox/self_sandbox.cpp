// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/self_sandbox/self_sandbox.hpp"

#include "helper/authorize/self_sandbox/landlock.hpp"
#include "helper/authorize/self_sandbox/seccomp_filter.hpp"

#include <sys/prctl.h>

namespace sase::authorize {

std::string SelfSandbox::describe() const {
  std::string words;
  const auto add = [&words](const std::string& part) { words += (words.empty() ? "" : ", ") + part; };
  if (has_no_new_privileges) add("no_new_privs");
  if (has_call_filter) add("seccomp");
  if (landlock != 0) add("landlock " + std::to_string(landlock));
  return words.empty() ? "none" : words;
}

SelfSandbox enter_self_sandbox() noexcept {
  // The other two want the first; they do not depend on each other.
  SelfSandbox current;
  current.has_no_new_privileges = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  current.landlock = restrict_files();
  current.has_call_filter = install_seccomp_filter();
  return current;
}

}  // namespace sase::authorize
