// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/self_sandbox/seccomp_filter.hpp"

#include <seccomp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <initializer_list>
#include <memory>

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/fscrypt.h>
#include <linux/fsverity.h>
#include <linux/sockios.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sase::authorize {

namespace {

// A list of what is forbidden and not of what is allowed: which harmless calls the C library, OpenSSL and the
// modules that find names make, differs from system to system and from year to year. What a new kernel adds
// to write files with, Landlock forbids besides (landlock.hpp).
//
// Calls that are younger than the oldest libseccomp we build with stand as numbers; from 424 on these are the
// same on all architectures that matter.

/// Another program is not run, and no process is made to run one in. (So is clone, see below.)
constexpr std::array running = {SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork)};

/// Files are not made, changed, moved or removed. (So is opening one for writing, see below.)
constexpr std::array writing = {
    SCMP_SYS(creat), SCMP_SYS(truncate), SCMP_SYS(truncate64), SCMP_SYS(ftruncate), SCMP_SYS(ftruncate64),
    SCMP_SYS(fallocate),
    // Beyond a path: a file that a handle names, a message queue.
    SCMP_SYS(open_by_handle_at), SCMP_SYS(mq_open), SCMP_SYS(mq_unlink),
    // In a directory.
    SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(link), SCMP_SYS(linkat),
    SCMP_SYS(symlink), SCMP_SYS(symlinkat), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat), SCMP_SYS(rmdir), SCMP_SYS(mknod), SCMP_SYS(mknodat),
    // What is said about a file.
    SCMP_SYS(chmod), SCMP_SYS(fchmod), SCMP_SYS(fchmodat), 452 /* fchmodat2 */, SCMP_SYS(chown),
    SCMP_SYS(chown32), SCMP_SYS(lchown), SCMP_SYS(lchown32), SCMP_SYS(fchown), SCMP_SYS(fchown32),
    SCMP_SYS(fchownat), SCMP_SYS(utime), SCMP_SYS(utimes), SCMP_SYS(futimesat), SCMP_SYS(utimensat),
    SCMP_SYS(utimensat_time64), SCMP_SYS(setxattr), SCMP_SYS(lsetxattr), SCMP_SYS(fsetxattr),
    463 /* setxattrat */, SCMP_SYS(removexattr), SCMP_SYS(lremovexattr), SCMP_SYS(fremovexattr),
    466 /* removexattrat */, 469 /* file_setattr */};

/// Nobody else is become, no right gained, and no other view of the system taken, in which paths and users
/// mean something else.
constexpr std::array privileges = {
    SCMP_SYS(setuid),     SCMP_SYS(setuid32),      SCMP_SYS(setgid),      SCMP_SYS(setgid32),
    SCMP_SYS(setreuid),   SCMP_SYS(setreuid32),    SCMP_SYS(setregid),    SCMP_SYS(setregid32),
    SCMP_SYS(setresuid),  SCMP_SYS(setresuid32),   SCMP_SYS(setresgid),   SCMP_SYS(setresgid32),
    SCMP_SYS(setfsuid),   SCMP_SYS(setfsuid32),    SCMP_SYS(setfsgid),    SCMP_SYS(setfsgid32),
    SCMP_SYS(setgroups),  SCMP_SYS(setgroups32),   SCMP_SYS(capset),      SCMP_SYS(personality),
    SCMP_SYS(keyctl),     SCMP_SYS(add_key),       SCMP_SYS(request_key), SCMP_SYS(unshare),
    SCMP_SYS(setns),      SCMP_SYS(chroot),        SCMP_SYS(pivot_root),  SCMP_SYS(mount),
    SCMP_SYS(umount),     SCMP_SYS(umount2),       SCMP_SYS(open_tree),   467 /* open_tree_attr */,
    SCMP_SYS(move_mount), SCMP_SYS(mount_setattr), SCMP_SYS(fsopen),      SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount),    SCMP_SYS(fspick)};

/// Other processes are left alone, and so are the queues and semaphores that they share. (So is sending them
/// signals, and lowering their limits, see below.)
constexpr std::array reaching_out = {SCMP_SYS(ptrace),
                                     SCMP_SYS(process_vm_readv),
                                     SCMP_SYS(process_vm_writev),
                                     SCMP_SYS(process_madvise),
                                     SCMP_SYS(kcmp),
                                     SCMP_SYS(pidfd_getfd),
                                     SCMP_SYS(pidfd_send_signal),
                                     SCMP_SYS(tkill),
                                     SCMP_SYS(rt_sigqueueinfo),
                                     SCMP_SYS(rt_tgsigqueueinfo),
                                     SCMP_SYS(setpriority),
                                     SCMP_SYS(ioprio_set),
                                     SCMP_SYS(sched_setaffinity),
                                     SCMP_SYS(sched_setscheduler),
                                     SCMP_SYS(sched_setparam),
                                     SCMP_SYS(sched_setattr),
                                     SCMP_SYS(migrate_pages),
                                     SCMP_SYS(move_pages),
                                     SCMP_SYS(shmat),
                                     SCMP_SYS(shmctl),
                                     SCMP_SYS(semctl),
                                     SCMP_SYS(semop),
                                     SCMP_SYS(semtimedop),
                                     SCMP_SYS(semtimedop_time64),
                                     SCMP_SYS(msgctl),
                                     SCMP_SYS(msgsnd),
                                     SCMP_SYS(msgrcv)};

/// The parts of the kernel through which others have broken into it, and one that would do all of the above
/// without a call that a filter sees.
constexpr std::array kernel = {SCMP_SYS(io_uring_setup),    SCMP_SYS(io_uring_enter),
                               SCMP_SYS(io_uring_register), SCMP_SYS(bpf),
                               SCMP_SYS(perf_event_open),   SCMP_SYS(userfaultfd),
                               SCMP_SYS(modify_ldt),        SCMP_SYS(init_module),
                               SCMP_SYS(finit_module),      SCMP_SYS(delete_module),
                               SCMP_SYS(kexec_load),        SCMP_SYS(kexec_file_load)};

/// Root's authorizer does not administer the machine.
constexpr std::array machine = {SCMP_SYS(reboot),       SCMP_SYS(swapon),        SCMP_SYS(swapoff),
                                SCMP_SYS(acct),         SCMP_SYS(quotactl),      SCMP_SYS(quotactl_fd),
                                SCMP_SYS(syslog),       SCMP_SYS(iopl),          SCMP_SYS(ioperm),
                                SCMP_SYS(vhangup),      SCMP_SYS(sethostname),   SCMP_SYS(setdomainname),
                                SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(clock_settime64),
                                SCMP_SYS(adjtimex),     SCMP_SYS(clock_adjtime), SCMP_SYS(clock_adjtime64)};

/// These hide their flags behind a pointer, where no filter sees them. Of a system that does not know them
/// the C library uses the older ones.
constexpr std::array unknown = {SCMP_SYS(clone3), SCMP_SYS(openat2)};

/// Each of these bits makes an opened file one that is written, or made.
constexpr std::initializer_list<unsigned> writing_flags = {O_WRONLY, O_RDWR, O_CREAT, O_TRUNC};

constexpr std::initializer_list<unsigned> device_requests = {
    // With these a process types on its own terminal what the shell will run after it, or changes what drives
    // it.
    TIOCSTI, TIOCLINUX, TIOCSETD,
    // What is said about a file, which need not be open for writing: that nobody may change it any more.
    FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR, FS_IOC_ENABLE_VERITY, FS_IOC_SET_ENCRYPTION_POLICY,
    // As the first of the next.
    FIOSETOWN, SIOCSPGRP};

/// With these the kernel sends another process any signal, as soon as something can be read.
constexpr std::initializer_list<unsigned> signal_requests = {F_SETOWN, F_SETOWN_EX, F_SETSIG};

/// The families of sockets that a call needs, in the order of their numbers: modules that find names use the
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
    // A binary tree: the kernel takes a third of the time for it.
    (void)seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
    // An old kernel can only end the thread; libseccomp lets it do so by itself.
    (void)seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  }

  template <typename Calls>
  void forbid(const Calls& calls, int error = EPERM) noexcept {
    for (const int call : calls)
      add(call, error, nullptr);
  }

  void forbid_where(int call, const scmp_arg_cmp& argument) noexcept { add(call, EPERM, &argument); }

  [[nodiscard]] bool load() const noexcept { return is_whole_ && seccomp_load(context_.get()) == 0; }

 private:
  struct Release {
    void operator()(void* context) const noexcept { seccomp_release(context); }
  };

  void add(int call, int error, const scmp_arg_cmp* argument) noexcept {
    const auto action = SCMP_ACT_ERRNO(static_cast<unsigned>(error));
    const int result =
        seccomp_rule_add_array(context_.get(), action, call, argument == nullptr ? 0 : 1, argument);
    // Negative numbers stand for calls that this architecture has not.
    is_whole_ = is_whole_ && (result == 0 || call < 0);
  }

  std::unique_ptr<void, Release> context_;
  bool is_whole_ = context_ != nullptr;
};

scmp_arg_cmp has_bits(unsigned argument, scmp_datum_t mask, scmp_datum_t bits) noexcept {
  return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = bits};
}

void forbid_processes(Filter& filter) noexcept {
  filter.forbid(running);
  filter.forbid_where(SCMP_SYS(clone), has_bits(flags_of_clone, CLONE_THREAD, 0));
}

void forbid_writing(Filter& filter) noexcept {
  filter.forbid(writing);
  for (const unsigned flag : writing_flags) {
    filter.forbid_where(SCMP_SYS(open), has_bits(1, flag, flag));
    filter.forbid_where(SCMP_SYS(openat), has_bits(2, flag, flag));
  }
  for (const unsigned request : device_requests)
    filter.forbid_where(SCMP_SYS(ioctl), has_bits(1, all_of_an_int, request));
}

void forbid_reaching_out(Filter& filter) noexcept {
  filter.forbid(reaching_out);
  const scmp_arg_cmp to_another = {
      .arg = 0, .op = SCMP_CMP_NE, .datum_a = static_cast<scmp_datum_t>(getpid()), .datum_b = 0};
  filter.forbid_where(SCMP_SYS(kill), to_another);
  filter.forbid_where(SCMP_SYS(tgkill), to_another);
  // 0 is the process itself, and what the C library says.
  filter.forbid_where(SCMP_SYS(prlimit64), {.arg = 0, .op = SCMP_CMP_NE, .datum_a = 0, .datum_b = 0});
  for (const unsigned request : signal_requests) {
    filter.forbid_where(SCMP_SYS(fcntl), has_bits(1, all_of_an_int, request));
    filter.forbid_where(SCMP_SYS(fcntl64), has_bits(1, all_of_an_int, request));
  }
}

/// One by one up to the last that is needed, since a rule compares an argument only once. A number with bits
/// beyond an int, which the kernel would leave out, is greater as well.
void forbid_other_sockets(Filter& filter) noexcept {
  const auto forbid = [&filter](scmp_compare comparison, unsigned family) {
    filter.forbid_where(SCMP_SYS(socket), {.arg = 0, .op = comparison, .datum_a = family, .datum_b = 0});
  };
  for (unsigned family = 0; family < families.back(); ++family)
    if (!std::binary_search(families.begin(), families.end(), family)) forbid(SCMP_CMP_EQ, family);
  forbid(SCMP_CMP_GT, families.back());
}

}  // namespace

bool install_seccomp_filter() noexcept {
  Filter filter;
  forbid_processes(filter);
  forbid_writing(filter);
  forbid_reaching_out(filter);
  forbid_other_sockets(filter);
  filter.forbid(privileges);
  filter.forbid(kernel);
  filter.forbid(machine);
  filter.forbid(unknown, ENOSYS);
  return filter.load();
}

}  // namespace sase::authorize
