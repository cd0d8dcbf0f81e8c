// SPDX-License-Identifier: Apache-2.0
#include "helper/network/self_sandbox/self_sandbox.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/filtered_call.hpp"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/fscrypt.h>
#include <linux/fsverity.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

namespace sase::network {

namespace {

using tests::filters_are_allowed;
using tests::run_filtered;
using Call = tests::FilteredCall;

}  // namespace

TEST_CASE("forbidden calls fail regardless of their arguments", "[seccomp_filter]") {
  if (!filters_are_allowed()) return;
  const auto call = GENERATE(values<Call>({
      {"execve", SYS_execve},
      {"execveat", SYS_execveat},
      {"clone", SYS_clone, {SIGCHLD, 0, 0}},
      {"clone into a namespace", SYS_clone, {SIGCHLD | 0x10000000 /* CLONE_NEWUSER */, 0, 0}},
      {"openat to write", SYS_openat, {AT_FDCWD, 0, O_WRONLY}},
      {"openat to read and write", SYS_openat, {AT_FDCWD, 0, O_RDWR | O_CLOEXEC}},
      {"openat to write with bits beyond", SYS_openat, {AT_FDCWD, 0, O_WRONLY | (1L << 40U)}},
      {"openat with both bits", SYS_openat, {AT_FDCWD, 0, O_WRONLY | O_RDWR}},
      {"openat to make", SYS_openat, {AT_FDCWD, 0, O_CREAT}},
      {"openat to empty", SYS_openat, {AT_FDCWD, 0, O_TRUNC}},
      {"openat to make without a name", SYS_openat, {AT_FDCWD, 0, O_TMPFILE | O_WRONLY}},
      {"open_by_handle_at", SYS_open_by_handle_at},
      {"mq_open", SYS_mq_open},
      {"mq_unlink", SYS_mq_unlink},
      {"truncate", SYS_truncate},
      {"ftruncate", SYS_ftruncate},
      {"fallocate", SYS_fallocate},
      {"renameat2", SYS_renameat2},
      {"linkat", SYS_linkat},
      {"symlinkat", SYS_symlinkat},
      {"unlinkat", SYS_unlinkat},
      {"mkdirat", SYS_mkdirat},
      {"mknodat", SYS_mknodat},
      {"fchmod", SYS_fchmod},
      {"fchmodat", SYS_fchmodat},
      {"fchmodat2", 452},
      {"fchown", SYS_fchown},
      {"fchownat", SYS_fchownat},
      {"utimensat", SYS_utimensat},
      {"setxattr", SYS_setxattr},
      {"lsetxattr", SYS_lsetxattr},
      {"fsetxattr", SYS_fsetxattr},
      {"setxattrat", 463},
      {"removexattr", SYS_removexattr},
      {"lremovexattr", SYS_lremovexattr},
      {"fremovexattr", SYS_fremovexattr},
      {"removexattrat", 466},
      {"file_setattr", 469},
      {"typing on a terminal", SYS_ioctl, {-1, TIOCSTI, 0}},
      {"typing on a terminal, with bits beyond", SYS_ioctl, {-1, TIOCSTI | (1L << 40U), 0}},
      {"pasting on a console", SYS_ioctl, {-1, TIOCLINUX, 0}},
      {"saying what may be done to a file", SYS_ioctl, {-1, FS_IOC_SETFLAGS, 0}},
      {"saying more of a file", SYS_ioctl, {-1, FS_IOC_FSSETXATTR, 0}},
      {"sealing a file", SYS_ioctl, {-1, FS_IOC_ENABLE_VERITY, 0}},
      {"encrypting a directory", SYS_ioctl, {-1, FS_IOC_SET_ENCRYPTION_POLICY, 0}},
      {"signals for another, by ioctl", SYS_ioctl, {-1, FIOSETOWN, 0}},
      {"signals for another, by a socket's ioctl", SYS_ioctl, {-1, SIOCSPGRP, 0}},
      {"signals for another", SYS_fcntl, {-1, F_SETOWN, 1}},
      {"signals for another, with bits beyond", SYS_fcntl, {-1, F_SETOWN | (1L << 40U), 1}},
      {"signals for another thread", SYS_fcntl, {-1, F_SETOWN_EX, 0}},
      {"another signal than SIGIO", SYS_fcntl, {-1, F_SETSIG, SIGKILL}},
      {"setuid", SYS_setuid},
      {"setgid", SYS_setgid},
      {"setreuid", SYS_setreuid},
      {"setregid", SYS_setregid},
      {"setresuid", SYS_setresuid},
      {"setresgid", SYS_setresgid},
      {"setfsuid", SYS_setfsuid},
      {"setfsgid", SYS_setfsgid},
      {"setgroups", SYS_setgroups},
      {"capset", SYS_capset},
      {"personality", SYS_personality},
      {"keyctl", SYS_keyctl},
      {"add_key", SYS_add_key},
      {"request_key", SYS_request_key},
      {"unshare", SYS_unshare},
      {"setns", SYS_setns},
      {"chroot", SYS_chroot},
      {"pivot_root", SYS_pivot_root},
      {"mount", SYS_mount},
      {"umount2", SYS_umount2},
      {"open_tree", SYS_open_tree},
      {"open_tree_attr", 467},
      {"move_mount", SYS_move_mount},
      {"mount_setattr", SYS_mount_setattr},
      {"fsopen", SYS_fsopen},
      {"fsconfig", SYS_fsconfig},
      {"fsmount", SYS_fsmount},
      {"fspick", SYS_fspick},
      {"ptrace", SYS_ptrace},
      {"process_vm_readv", SYS_process_vm_readv},
      {"process_vm_writev", SYS_process_vm_writev},
      {"process_madvise", SYS_process_madvise},
      {"kcmp", SYS_kcmp},
      {"pidfd_getfd", SYS_pidfd_getfd},
      {"pidfd_send_signal", SYS_pidfd_send_signal},
      {"kill of a group", SYS_kill, {0, 0, 0}},
      {"kill of all", SYS_kill, {-1, 0, 0}},
      {"kill of the first process", SYS_kill, {1, 0, 0}},
      {"tkill", SYS_tkill},
      {"tgkill", SYS_tgkill},
      {"rt_sigqueueinfo", SYS_rt_sigqueueinfo},
      {"rt_tgsigqueueinfo", SYS_rt_tgsigqueueinfo},
      {"prlimit64", SYS_prlimit64},
      {"prlimit64 of the first process", SYS_prlimit64, {1, 0, 0}},
      {"setpriority", SYS_setpriority},
      {"ioprio_set", SYS_ioprio_set},
      {"sched_setaffinity", SYS_sched_setaffinity},
      {"sched_setscheduler", SYS_sched_setscheduler},
      {"sched_setparam", SYS_sched_setparam},
      {"sched_setattr", SYS_sched_setattr},
      {"migrate_pages", SYS_migrate_pages},
      {"move_pages", SYS_move_pages},
      {"shmat", SYS_shmat},
      {"shmctl", SYS_shmctl},
      {"semctl", SYS_semctl},
      {"semop", SYS_semop},
      {"semtimedop", SYS_semtimedop},
      {"msgctl", SYS_msgctl},
      {"msgsnd", SYS_msgsnd},
      {"msgrcv", SYS_msgrcv},
      {"a socket of no family", SYS_socket, {AF_UNSPEC, SOCK_STREAM, 0}},
      {"a socket between those of the Internet", SYS_socket, {AF_IPX, SOCK_DGRAM, 0}},
      {"a socket before netlink", SYS_socket, {AF_KEY, SOCK_RAW, 0}},
      {"a socket for whole packets", SYS_socket, {AF_PACKET, SOCK_RAW, 0}},
      {"a socket of the kernel's ciphers", SYS_socket, {AF_ALG, SOCK_SEQPACKET, 0}},
      {"a socket out of a virtual machine", SYS_socket, {AF_VSOCK, SOCK_STREAM, 0}},
      {"a socket with bits beyond", SYS_socket, {AF_UNIX | (1L << 40U), SOCK_STREAM, 0}},
      {"io_uring_setup", SYS_io_uring_setup},
      {"io_uring_enter", SYS_io_uring_enter},
      {"io_uring_register", SYS_io_uring_register},
      {"bpf", SYS_bpf},
      {"perf_event_open", SYS_perf_event_open},
      {"userfaultfd", SYS_userfaultfd},
      {"init_module", SYS_init_module},
      {"finit_module", SYS_finit_module},
      {"delete_module", SYS_delete_module},
      {"kexec_load", SYS_kexec_load},
      {"reboot", SYS_reboot},
      {"swapon", SYS_swapon},
      {"swapoff", SYS_swapoff},
      {"acct", SYS_acct},
      {"quotactl", SYS_quotactl},
      {"quotactl_fd", SYS_quotactl_fd},
      {"syslog", SYS_syslog},
      {"sethostname", SYS_sethostname},
      {"setdomainname", SYS_setdomainname},
      {"settimeofday", SYS_settimeofday},
      {"clock_settime", SYS_clock_settime},
      {"adjtimex", SYS_adjtimex},
      {"clock_adjtime", SYS_clock_adjtime},
  }));

  DYNAMIC_SECTION(call.name) { CHECK(run_filtered(call) == EPERM); }
}

#ifdef __x86_64__
TEST_CASE("calls that newer architectures lack are forbidden where they exist", "[seccomp_filter]") {
  if (!filters_are_allowed()) return;
  const auto call = GENERATE(values<Call>({
      {"fork", SYS_fork},
      {"vfork", SYS_vfork},
      {"open to write", SYS_open, {0, O_WRONLY, 0}},
      {"open to read and write", SYS_open, {0, O_RDWR, 0}},
      {"open to make", SYS_open, {0, O_CREAT, 0600}},
      {"open to empty", SYS_open, {0, O_TRUNC, 0}},
      {"creat", SYS_creat},
      {"rename", SYS_rename},
      {"renameat", SYS_renameat},
      {"link", SYS_link},
      {"symlink", SYS_symlink},
      {"unlink", SYS_unlink},
      {"mkdir", SYS_mkdir},
      {"rmdir", SYS_rmdir},
      {"mknod", SYS_mknod},
      {"chmod", SYS_chmod},
      {"chown", SYS_chown},
      {"lchown", SYS_lchown},
      {"utime", SYS_utime},
      {"utimes", SYS_utimes},
      {"futimesat", SYS_futimesat},
      {"modify_ldt", SYS_modify_ldt},
      {"kexec_file_load", SYS_kexec_file_load},
      {"iopl", SYS_iopl},
      {"ioperm", SYS_ioperm},
  }));

  DYNAMIC_SECTION(call.name) { CHECK(run_filtered(call) == EPERM); }
}
#endif

}  // namespace sase::network
