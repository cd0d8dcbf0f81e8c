// SPDX-License-Identifier: Apache-2.0
#include "helper/network/self_sandbox/self_sandbox.hpp"

#include "tests/helper/network/self_sandbox/deeds.hpp"
#include "tests/support/catch.hpp"

#include <sys/prctl.h>

namespace sase::network {

TEST_CASE("a confined process can do nothing that is forbidden", "[self_sandbox]") {
  const deeds::Allowed allowed;
  const auto deed = GENERATE(from_range(deeds::forbidden()));
  const bool forbidden =
      (deed.is_filtered && allowed.filter) || (deed.landlock != 0 && deed.landlock <= allowed.landlock);

  DYNAMIC_SECTION(deed.name) {
    CHECK((deeds::run_filtered(deed, [] { (void)enter_self_sandbox(); }) != 0) == forbidden);
  }
}

TEST_CASE("a sandboxed process can do what an authorization needs", "[self_sandbox]") {
  const auto deed = GENERATE(from_range(deeds::needed()));

  DYNAMIC_SECTION(deed.name) {
    CHECK(deeds::run_filtered(deed, [] { (void)enter_self_sandbox(); }) == 0);
  }
}

TEST_CASE("a sandboxed process gains no privileges from programs", "[self_sandbox]") {
  CHECK(tests::exit_code_in_child([] {
          (void)enter_self_sandbox();
          return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 1;
        }) == 0);
}

TEST_CASE("reports the parts that the system allows", "[self_sandbox]") {
  const deeds::Allowed allowed;

  CHECK(tests::exit_code_in_child([&allowed] {
          const SelfSandbox current = enter_self_sandbox();
          return current.has_no_new_privileges && current.has_seccomp_filter == allowed.filter &&
                         current.landlock == allowed.landlock
                     ? 0
                     : 1;
        }) == 0);
}

TEST_CASE("describes the active parts", "[self_sandbox]") {
  CHECK(SelfSandbox{}.describe() == "none");
  CHECK(SelfSandbox{.has_no_new_privileges = true}.describe() == "no_new_privs");
  CHECK(SelfSandbox{.has_seccomp_filter = true}.describe() == "seccomp");
  CHECK(SelfSandbox{.has_no_new_privileges = true, .has_seccomp_filter = true, .landlock = 7}.describe() ==
        "no_new_privs, seccomp, landlock 7");
}

}  // namespace sase::network
