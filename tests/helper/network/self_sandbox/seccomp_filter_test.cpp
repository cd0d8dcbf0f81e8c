// SPDX-License-Identifier: Apache-2.0
#include "helper/network/self_sandbox/self_sandbox.hpp"
#include "tests/helper/network/self_sandbox/deeds.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/filtered_call.hpp"
#include "tests/support/in_child.hpp"

#include <functional>
#include <thread>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sase::network {

namespace {

using tests::filters_are_allowed;
using tests::no_filter;
using tests::run_filtered;

}  // namespace

TEST_CASE("the filter alone forbids most actions that Landlock forbids, and others", "[seccomp_filter]") {
  if (!filters_are_allowed()) return;
  const auto deed = GENERATE(from_range(deeds::forbidden()));

  DYNAMIC_SECTION(deed.name) {
    CHECK(deeds::run_filtered(deed, [] { (void)install_seccomp_filter(); }) ==
          (deed.is_filtered ? EPERM : 0));
  }
}

TEST_CASE("the filter allows what an authorization needs", "[seccomp_filter]") {
  const auto deed = GENERATE(from_range(deeds::needed()));

  DYNAMIC_SECTION(deed.name) {
    CHECK(deeds::run_filtered(deed, [] { (void)install_seccomp_filter(); }) == 0);
  }
}

#ifdef __x86_64__
TEST_CASE("system calls of another architecture end the process", "[seccomp_filter]") {
  if (!filters_are_allowed()) return;
  const auto call = GENERATE(values<std::function<void()>>({
      [] {  // 32-bit programs' getpid, as harmless as can be
        long number = 20;
        __asm__ volatile("int $0x80" : "+a"(number) : : "memory", "r8", "r9", "r10", "r11");
      },
      [] { (void)::syscall(0x40000000 + SYS_getpid); },  // x32
      [] { (void)::syscall(0x40000000 + 520); },         // execve of x32
  }));

  CHECK(tests::exit_code_in_child([&call] {
          if (!install_seccomp_filter()) return no_filter;
          // Not the thread alone.
          std::thread(call).join();
          return 0;
        }) == 128 + SIGSYS);
}
#endif

TEST_CASE("calls whose flags a filter cannot see fail with ENOSYS, so that older ones are used",
          "[seccomp_filter]") {
  if (!filters_are_allowed()) return;

  CHECK(run_filtered({"clone3", SYS_clone3}) == ENOSYS);
  CHECK(run_filtered({"openat2", SYS_openat2}) == ENOSYS);
}

TEST_CASE("files can be opened for reading", "[seccomp_filter]") {
  const int flags = GENERATE(O_RDONLY, O_RDONLY | O_CLOEXEC, O_RDONLY | O_NONBLOCK | O_NOFOLLOW,
                             O_RDONLY | O_DIRECTORY, O_PATH);

  CHECK(tests::exit_code_in_child([flags] {
          (void)install_seccomp_filter();
          return deeds::open_and_close("/", flags);
        }) == 0);
}

TEST_CASE("sockets of the needed families can be created", "[seccomp_filter]") {
  const int family = GENERATE(AF_UNIX, AF_INET, AF_INET6, AF_NETLINK);

  // A system without IPv6 has another reason.
  CHECK(run_filtered({"socket", SYS_socket, {family, SOCK_DGRAM, 0}}) != EPERM);
}

TEST_CASE("a process can read and lower its own limits", "[seccomp_filter]") {
  CHECK(tests::exit_code_in_child([] {
          (void)install_seccomp_filter();
          rlimit limit{};
          const int asked = deeds::outcome(::getrlimit(RLIMIT_NOFILE, &limit));
          return asked + deeds::outcome(::setrlimit(RLIMIT_NOFILE, &limit));
        }) == 0);
}

TEST_CASE("a thread that is started later is filtered too", "[seccomp_filter]") {
  if (!filters_are_allowed()) return;

  CHECK(tests::exit_code_in_child([] {
          (void)install_seccomp_filter();
          int result = 0;
          std::thread([&result] { result = deeds::open_and_close("/dev/null", O_WRONLY); }).join();
          return result;
        }) == EPERM);
}

}  // namespace sase::network
