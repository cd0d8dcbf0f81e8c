// SPDX-License-Identifier: Apache-2.0
#include "helper/network/self_sandbox/self_sandbox.hpp"

#include "helper/os/fd.hpp"

#include <seccomp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <memory>

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/fscrypt.h>
#include <linux/fsverity.h>
#include <linux/landlock.h>
#include <linux/sockios.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sase::network {

namespace {

/// A Landlock right and the ABI version that introduced it; a kernel with an older ABI rejects a ruleset that
/// has it. Bits without a name in the headers of Debian 12 are given by number.
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

// This lists what is forbidden, not what is allowed: which harmless calls the C library, OpenSSL and NSS
// modules make differs between systems and changes over the years. Landlock also forbids the calls that a
// newer kernel adds for writing files.
//
// Calls that the oldest supported libseccomp does not know are given by number; from 424 on, the numbers are
// the same on all relevant architectures.

constexpr std::array forbidden = {
    // Running another program, and creating a process for it. (clone: see install_seccomp_filter.)
    SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork),
    // Creating, changing, moving and removing files. (Opening a file for writing: see forbid_writing.)
    SCMP_SYS(creat), SCMP_SYS(truncate), SCMP_SYS(truncate64), SCMP_SYS(ftruncate), SCMP_SYS(ftruncate64),
    SCMP_SYS(fallocate),
    // Without a path: by file handle, or a message queue.
    SCMP_SYS(open_by_handle_at), SCMP_SYS(mq_open), SCMP_SYS(mq_unlink),
    // Entries of directories.
    SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(link), SCMP_SYS(linkat),
    SCMP_SYS(symlink), SCMP_SYS(symlinkat), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat), SCMP_SYS(rmdir), SCMP_SYS(mknod), SCMP_SYS(mknodat),
    // Attributes of files.
    SCMP_SYS(chmod), SCMP_SYS(fchmod), SCMP_SYS(fchmodat), 452 /* fchmodat2 */, SCMP_SYS(chown),
    SCMP_SYS(chown32), SCMP_SYS(lchown), SCMP_SYS(lchown32), SCMP_SYS(fchown), SCMP_SYS(fchown32),
    SCMP_SYS(fchownat), SCMP_SYS(utime), SCMP_SYS(utimes), SCMP_SYS(futimesat), SCMP_SYS(utimensat),
    SCMP_SYS(utimensat_time64), SCMP_SYS(setxattr), SCMP_SYS(lsetxattr), SCMP_SYS(fsetxattr),
    463 /* setxattrat */, SCMP_SYS(removexattr), SCMP_SYS(lremovexattr), SCMP_SYS(fremovexattr),
    466 /* removexattrat */, 469 /* file_setattr */,
    // Changing the user and gaining privileges.
    SCMP_SYS(setuid), SCMP_SYS(setuid32), SCMP_SYS(setgid), SCMP_SYS(setgid32), SCMP_SYS(setreuid),
    SCMP_SYS(setreuid32), SCMP_SYS(setregid), SCMP_SYS(setregid32), SCMP_SYS(setresuid),
    SCMP_SYS(setresuid32), SCMP_SYS(setresgid), SCMP_SYS(setresgid32), SCMP_SYS(setfsuid),
    SCMP_SYS(setfsuid32), SCMP_SYS(setfsgid), SCMP_SYS(setfsgid32), SCMP_SYS(setgroups),
    SCMP_SYS(setgroups32), SCMP_SYS(capset), SCMP_SYS(personality),
    // Other users' keys.
    SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key),
    // Entering and changing namespaces and mounts, where paths and users have another meaning.
    SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(chroot), SCMP_SYS(pivot_root), SCMP_SYS(mount),
    SCMP_SYS(umount), SCMP_SYS(umount2), SCMP_SYS(open_tree), 467 /* open_tree_attr */, SCMP_SYS(move_mount),
    SCMP_SYS(mount_setattr), SCMP_SYS(fsopen), SCMP_SYS(fsconfig), SCMP_SYS(fsmount), SCMP_SYS(fspick),
    // Acting on other processes. (Signals and limits: see forbid_reaching_out.)
    SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(process_madvise),
    SCMP_SYS(kcmp), SCMP_SYS(pidfd_getfd), SCMP_SYS(pidfd_send_signal), SCMP_SYS(tkill),
    SCMP_SYS(rt_sigqueueinfo), SCMP_SYS(rt_tgsigqueueinfo), SCMP_SYS(setpriority), SCMP_SYS(ioprio_set),
    SCMP_SYS(sched_setaffinity), SCMP_SYS(sched_setscheduler), SCMP_SYS(sched_setparam),
    SCMP_SYS(sched_setattr), SCMP_SYS(migrate_pages), SCMP_SYS(move_pages),
    // Shared memory, queues and semaphores.
    SCMP_SYS(shmat), SCMP_SYS(shmctl), SCMP_SYS(semctl), SCMP_SYS(semop), SCMP_SYS(semtimedop),
    SCMP_SYS(semtimedop_time64), SCMP_SYS(msgctl), SCMP_SYS(msgsnd), SCMP_SYS(msgrcv),
    // Parts of the kernel with many vulnerabilities, and io_uring, whose operations no filter sees.
    SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register), SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(modify_ldt), SCMP_SYS(init_module),
    SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load),
    // Administering the machine, if root runs the authorizer.
    SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(acct), SCMP_SYS(quotactl),
    SCMP_SYS(quotactl_fd), SCMP_SYS(syslog), SCMP_SYS(iopl), SCMP_SYS(ioperm), SCMP_SYS(vhangup),
    SCMP_SYS(sethostname), SCMP_SYS(setdomainname), SCMP_SYS(settimeofday), SCMP_SYS(clock_settime),
    SCMP_SYS(clock_settime64), SCMP_SYS(adjtimex), SCMP_SYS(clock_adjtime), SCMP_SYS(clock_adjtime64)};

/// Calls that fail as if they did not exist (ENOSYS): their flags are behind a pointer, where no filter sees
/// them. The C library falls back to the older calls.
constexpr std::array reported_missing = {SCMP_SYS(clone3), SCMP_SYS(openat2)};

/// Each of these bits opens a file for writing or creates it.
constexpr std::initializer_list<unsigned> writing_flags = {O_WRONLY, O_RDWR, O_CREAT, O_TRUNC};

constexpr std::initializer_list<unsigned> device_requests = {
    // Injecting input into the terminal, which the shell then runs, and changing the terminal's driver.
    TIOCSTI, TIOCLINUX, TIOCSETD,
    // Attributes of a file that is not open for writing, such as "immutable".
    FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR, FS_IOC_ENABLE_VERITY, FS_IOC_SET_ENCRYPTION_POLICY,
    // Like F_SETOWN below.
    FIOSETOWN, SIOCSPGRP};

/// With these, the kernel sends any signal to another process as soon as data arrives.
constexpr std::initializer_list<unsigned> signal_requests = {F_SETOWN, F_SETOWN_EX, F_SETSIG};

/// The families of sockets that the authorizer needs, in the order of their numbers: NSS modules use the
/// first and the last. Others lead out of a virtual machine, or to rarely used parts of the kernel.
constexpr std::array<unsigned, 4> families = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};
static_assert(std::is_sorted(families.begin(), families.end()));

#ifdef __s390__
constexpr unsigned flags_of_clone = 1;
#else
constexpr unsigned flags_of_clone = 0;
#endif

constexpr scmp_datum_t all_of_an_int = 0xffffffff;

class Filter {
 public:
  Filter() noexcept : context_(seccomp_init(SCMP_ACT_ALLOW)) {
    // A binary tree: it takes the kernel a third of the time.
    (void)seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
    // On an old kernel, libseccomp itself falls back to ending the thread.
    (void)seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  }

  template <typename Calls>
  void forbid(const Calls& calls, int error = EPERM) noexcept {
    for (const int call : calls)
      add(call, error, nullptr);
  }

  void forbid_where(int call, const scmp_arg_cmp& argument) noexcept { add(call, EPERM, &argument); }

  [[nodiscard]] bool load() const noexcept { return is_complete_ && seccomp_load(context_.get()) == 0; }

 private:
  struct Release {
    void operator()(void* context) const noexcept { seccomp_release(context); }
  };

  void add(int call, int error, const scmp_arg_cmp* argument) noexcept {
    const auto action = SCMP_ACT_ERRNO(static_cast<unsigned>(error));
    const int result =
        seccomp_rule_add_array(context_.get(), action, call, argument == nullptr ? 0 : 1, argument);
    // A negative number is a call that does not exist on this architecture.
    is_complete_ = is_complete_ && (result == 0 || call < 0);
  }

  std::unique_ptr<void, Release> context_;
  bool is_complete_ = context_ != nullptr;
};

scmp_arg_cmp has_bits(unsigned argument, scmp_datum_t mask, scmp_datum_t bits) noexcept {
  return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = bits};
}

void forbid_writing(Filter& filter) noexcept {
  for (const unsigned flag : writing_flags) {
    filter.forbid_where(SCMP_SYS(open), has_bits(1, flag, flag));
    filter.forbid_where(SCMP_SYS(openat), has_bits(2, flag, flag));
  }
  for (const unsigned request : device_requests)
    filter.forbid_where(SCMP_SYS(ioctl), has_bits(1, all_of_an_int, request));
}

void forbid_reaching_out(Filter& filter) noexcept {
  const scmp_arg_cmp to_another = {
      .arg = 0, .op = SCMP_CMP_NE, .datum_a = static_cast<scmp_datum_t>(getpid()), .datum_b = 0};
  filter.forbid_where(SCMP_SYS(kill), to_another);
  filter.forbid_where(SCMP_SYS(tgkill), to_another);
  // 0 is the process itself, which the C library passes.
  filter.forbid_where(SCMP_SYS(prlimit64), {.arg = 0, .op = SCMP_CMP_NE, .datum_a = 0, .datum_b = 0});
  for (const unsigned request : signal_requests) {
    filter.forbid_where(SCMP_SYS(fcntl), has_bits(1, all_of_an_int, request));
    filter.forbid_where(SCMP_SYS(fcntl64), has_bits(1, all_of_an_int, request));
  }
}

/// A rule of libseccomp compares each argument once, so each forbidden family below the last needed one has
/// its own rule. A number with more bits than an int, which the kernel would ignore, is greater as well.
void forbid_other_sockets(Filter& filter) noexcept {
  const auto forbid = [&filter](scmp_compare comparison, unsigned family) {
    filter.forbid_where(SCMP_SYS(socket), {.arg = 0, .op = comparison, .datum_a = family, .datum_b = 0});
  };
  for (unsigned family = 0; family < families.back(); ++family)
    if (!std::binary_search(families.begin(), families.end(), family)) forbid(SCMP_CMP_EQ, family);
  forbid(SCMP_CMP_GT, families.back());
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
  // Landlock and seccomp need no_new_privs.
  SelfSandbox current;
  current.has_no_new_privileges = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  current.landlock = restrict_files();
  current.has_seccomp_filter = install_seccomp_filter();
  return current;
}

bool install_seccomp_filter() noexcept {
  Filter filter;
  filter.forbid(forbidden);
  filter.forbid(reported_missing, ENOSYS);
  filter.forbid_where(SCMP_SYS(clone), has_bits(flags_of_clone, CLONE_THREAD, 0));
  forbid_writing(filter);
  forbid_reaching_out(filter);
  forbid_other_sockets(filter);
  return filter.load();
}

}  // namespace sase::network
