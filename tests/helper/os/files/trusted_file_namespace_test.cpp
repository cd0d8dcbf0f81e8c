// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/file_system.hpp"
#include "helper/os/files/trusted_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/root.hpp"
#include "tests/support/temporary_directory.hpp"

#include <fstream>
#include <functional>
#include <string>

#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sase::os {

namespace {

constexpr int cannot_unshare = 3;

bool opens(const std::string& path) try {
  return static_cast<bool>(open_trusted_file(path, Sensitivity::settings));
} catch (const RejectedPath&) {
  return false;
}

/// The result of `body`, 0 for true and 1 for false, in a user namespace that has one user, who is not root.
int in_namespace_without_root(const std::function<bool()>& body) {
  return tests::exit_code_in_child([&body] {
    constexpr uid_t user = 4242;
    const uid_t outside = ::geteuid() == 0 ? user : ::geteuid();
    // The change of user has given /proc/self to root.
    if (outside == user && (::setresuid(user, user, user) != 0 || ::prctl(PR_SET_DUMPABLE, 1) != 0))
      return cannot_unshare;
    const tests::TemporaryDirectory own("/tmp");
    const std::string path = own.write("file", "text");
    if (::unshare(CLONE_NEWUSER) != 0) return cannot_unshare;
    std::ofstream map("/proc/self/uid_map");
    if (!(map << user << ' ' << outside << " 1" << std::flush)) return cannot_unshare;
    if (!opens(path)) return 2;
    return body() ? 0 : 1;
  });
}

}  // namespace

// These tests do nothing where a user cannot make a user namespace.

TEST_CASE("in a user namespace without root, trusts root's files in system directories", "[trusted_file]") {
  if (in_namespace_without_root([] { return true; }) == cannot_unshare) return;
  CHECK(in_namespace_without_root([] { return opens("/etc/passwd"); }) == 0);
  CHECK(in_namespace_without_root([] { return check_directories("/usr/bin"); }) == 0);
}

TEST_CASE("in a user namespace without root, trusts no other files of unmapped users", "[trusted_file]") {
  const tests::TemporaryDirectory root("/tmp");
  const std::string path = root.write("file", "text", 0644);
  REQUIRE(::chmod(root.path().c_str(), 0755) == 0);
  if (!tests::is_root() || in_namespace_without_root([] { return true; }) == cannot_unshare) return;
  for (const std::string& foreign : {path, "/etc/.." + path}) {
    INFO(foreign);
    CHECK(in_namespace_without_root([&foreign] { return opens(foreign); }) == 1);
  }
}

}  // namespace sase::os
