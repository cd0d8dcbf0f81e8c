// SPDX-License-Identifier: Apache-2.0
#include "helper/network/self_sandbox/self_sandbox.hpp"

#include "helper/os/fd.hpp"

#include <array>
#include <cstdint>

#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sase::network {

namespace {

/// A bit of the kernel's interface, and the version that introduced it; an older kernel rejects a ruleset
/// with it. Bits without a name in the headers of Debian 12 are given by number.
struct Bit {
  int since;
  std::uint64_t value;
};

/// Every right to files except reading.
constexpr std::array<Bit, 4> file_rights = {{
    {1, (LANDLOCK_ACCESS_FS_MAKE_SYM << 1U) - 1 - LANDLOCK_ACCESS_FS_READ_FILE - LANDLOCK_ACCESS_FS_READ_DIR},
    {2, std::uint64_t{1} << 13U},  // REFER: to move and link between directories
    {3, std::uint64_t{1} << 14U},  // TRUNCATE
    {5, std::uint64_t{1} << 15U},  // IOCTL_DEV: to control a device
}};

/// Access to processes outside the sandbox. Desktops and containers use abstract sockets; name resolution
/// does not.
constexpr std::array<Bit, 2> scopes = {{
    {6, std::uint64_t{1} << 0U},  // ABSTRACT_UNIX_SOCKET: to connect and send
    {6, std::uint64_t{1} << 1U},  // SIGNAL
}};

/// The kernel's `struct landlock_ruleset_attr`. Older kernels know only its beginning and accept the rest if
/// it is zero.
struct Ruleset {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
  std::uint64_t scopes = 0;
};

template <typename Bits>
std::uint64_t known_in(int version, const Bits& bits) noexcept {
  std::uint64_t known = 0;
  for (const Bit& bit : bits)
    if (bit.since <= version) known |= bit.value;
  return known;
}

}  // namespace

// The C library has no functions for these.
int restrict_files() noexcept {
  const auto version =
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION));
  if (version < 1) return 0;
  // Without rules, the handled rights are granted nowhere.
  const Ruleset wanted{.files = known_in(version, file_rights), .scopes = known_in(version, scopes)};
  const os::Fd ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &wanted, sizeof wanted, 0)));
  if (!ruleset || ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) return 0;
  return version;
}

std::string SelfSandbox::describe() const {
  std::string parts;
  const auto add = [&parts](const std::string& part) { parts += (parts.empty() ? "" : ", ") + part; };
  if (has_no_new_privileges) add("no_new_privs");
  if (has_seccomp_filter) add("seccomp");
  if (landlock != 0) add("landlock " + std::to_string(landlock));
  return parts.empty() ? "none" : parts;
}

SelfSandbox enter_self_sandbox() noexcept {
  // The other two need the first.
  SelfSandbox current;
  current.has_no_new_privileges = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  current.landlock = restrict_files();
  current.has_seccomp_filter = install_seccomp_filter();
  return current;
}

}  // namespace sase::network
