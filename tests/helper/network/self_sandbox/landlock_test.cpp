// SPDX-License-Identifier: Apache-2.0
#include "helper/network/self_sandbox/self_sandbox.hpp"
#include "tests/helper/network/self_sandbox/deeds.hpp"
#include "tests/support/catch.hpp"

#include <asm/termbits.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

namespace sase::network {

namespace {

/// Without this only root may restrict itself.
int restrict_without_privileges() noexcept {
  (void)::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return restrict_files();
}

}  // namespace

TEST_CASE("Landlock alone forbids to change and to run files, and to reach other processes", "[landlock]") {
  const int version = deeds::Allowed().landlock;
  if (version == 0) WARN("this system has no Landlock: only that nothing changes is shown");
  const auto deed = GENERATE(from_range(deeds::forbidden()));

  DYNAMIC_SECTION(deed.name) {
    CHECK(deeds::run_filtered(deed, [] {}) == 0);
    const bool forbidden = deed.landlock != 0 && deed.landlock <= version;
    const int result = deeds::run_filtered(deed, [] { (void)restrict_without_privileges(); });
    CHECK((result == EACCES || result == EPERM || result == EXDEV) == forbidden);
    CHECK((result == 0) == !forbidden);
  }
}

TEST_CASE("Landlock alone forbids to control devices", "[landlock]") {
  const int version = deeds::Allowed().landlock;

  // Of a device that has nothing to control.
  CHECK(tests::exit_code_in_child([] {
          (void)restrict_without_privileges();
          termios settings{};
          const os::Fd device(::open("/dev/null", O_RDONLY | O_CLOEXEC));
          return deeds::outcome(::ioctl(device.get(), TCGETS, &settings));
        }) == (version >= 5 ? EACCES : ENOTTY));
}

TEST_CASE("Landlock leaves a call what it needs", "[landlock]") {
  const auto deed = GENERATE(from_range(deeds::needed()));

  DYNAMIC_SECTION(deed.name) {
    CHECK(deeds::run_filtered(deed, [] { (void)restrict_without_privileges(); }) == 0);
  }
}

}  // namespace sase::network
