// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/self_sandbox/self_sandbox.hpp"

#include "tests/helper/authorize/deeds.hpp"
#include "tests/support/catch.hpp"

#include <sys/prctl.h>

namespace sase::authorize {

TEST_CASE("a confined process can do nothing that is forbidden", "[confinement]") {
  const deeds::Allowed allowed;
  const auto deed = GENERATE(from_range(deeds::forbidden()));
  const bool forbidden =
      (deed.is_filtered && allowed.filter) || (deed.landlock != 0 && deed.landlock <= allowed.landlock);

  DYNAMIC_SECTION(deed.name) {
    CHECK((deeds::run_filtered(deed, [] { (void)enter_self_sandbox(); }) != 0) == forbidden);
  }
}

TEST_CASE("a confined process can do all that a call needs", "[confinement]") {
  const auto deed = GENERATE(from_range(deeds::needed()));

  DYNAMIC_SECTION(deed.name) {
    CHECK(deeds::run_filtered(deed, [] { (void)enter_self_sandbox(); }) == 0);
  }
}

TEST_CASE("a confined process gains no privileges by what it would run", "[confinement]") {
  CHECK(tests::exit_code_in_child([] {
          (void)enter_self_sandbox();
          return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 1;
        }) == 0);
}

TEST_CASE("what holds is what the system allows", "[confinement]") {
  const deeds::Allowed allowed;

  CHECK(tests::exit_code_in_child([&allowed] {
          const SelfSandbox current = enter_self_sandbox();
          return current.has_no_new_privileges && current.has_call_filter == allowed.filter &&
                         current.landlock == allowed.landlock
                     ? 0
                     : 1;
        }) == 0);
}

TEST_CASE("what holds is said in words", "[confinement]") {
  CHECK(SelfSandbox{}.describe() == "none");
  CHECK(SelfSandbox{.has_no_new_privileges = true}.describe() == "no_new_privs");
  CHECK(SelfSandbox{.has_call_filter = true}.describe() == "seccomp");
  CHECK(SelfSandbox{.has_no_new_privileges = true, .has_call_filter = true, .landlock = 7}.describe() ==
        "no_new_privs, seccomp, landlock 7");
}

}  // namespace sase::authorize
