// SPDX-License-Identifier: Apache-2.0
#include "tests/helper/network/self_sandbox/bystander.hpp"

#include "helper/network/self_sandbox/self_sandbox.hpp"
#include "tests/helper/network/self_sandbox/deeds.hpp"
#include "tests/support/catch.hpp"

#include <functional>

#include <linux/fs.h>

namespace sase::network {

namespace {

int harm_done(const Assault& assault, const std::function<void()>& prepare) {
  Bystander victim;
  (void)tests::exit_code_in_child([&] {
    prepare();
    assault.attempt(victim);
    return 0;
  });
  return victim.look();
}

int read_flags(const os::Fd& file) {
  int flags = -1;
  return ::ioctl(file.get(), FS_IOC_GETFLAGS, &flags) == 0 ? flags : -1;
}

}  // namespace

TEST_CASE("a filtered process cannot act on the user's other processes", "[seccomp_filter]") {
  if (!deeds::Allowed().filter) return;
  const auto assault = GENERATE(from_range(assaults()));

  DYNAMIC_SECTION(assault.name) {
    CHECK(harm_done(assault, [] {}) == assault.harm);
    CHECK(harm_done(assault, [] { (void)install_seccomp_filter(); }) == 0);
  }
}

TEST_CASE("a filtered process cannot change the attributes of a file", "[seccomp_filter]") {
  if (!deeds::Allowed().filter) return;
  const deeds::Place place;
  const os::Fd file(::open(place.file.c_str(), O_RDONLY | O_CLOEXEC));
  const int before = read_flags(file);
  if (before == -1) WARN("this file system knows no flags: little is shown");

  CHECK(tests::exit_code_in_child([&] {
          (void)install_seccomp_filter();
          const int flags = before | FS_NODUMP_FL;
          return deeds::outcome(::ioctl(file.get(), FS_IOC_SETFLAGS, &flags));
        }) == EPERM);
  CHECK(read_flags(file) == before);
}

}  // namespace sase::network
