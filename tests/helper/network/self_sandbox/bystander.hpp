// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"
#include "tests/support/in_child.hpp"

#include <array>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <linux/sockios.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sase::network {

/// Another process of the same user, which a confined one must leave alone.
class Bystander {
 public:
  static constexpr long idle_priority = 3L << 13U;  ///< for files, see ioprio_set(2)

  Bystander() : semaphore_(::semget(IPC_PRIVATE, 1, 0600)) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) os::throw_errno("pipe");
    os::Fd reader(ends[0]);
    lifeline_ = os::Fd(ends[1]);
    pid_ = tests::start_child([&] {
      lifeline_.close();
      char nothing = 0;
      (void)!::read(reader.get(), &nothing, 1);
      return harm();
    });
  }
  Bystander(const Bystander&) = delete;
  Bystander& operator=(const Bystander&) = delete;
  ~Bystander() {
    (void)look();
    ::semctl(semaphore_, 0, IPC_RMID);
  }

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] int semaphore() const noexcept { return semaphore_; }

  /// Lets it end and tells how it was: 0 for well, 128 and more for a signal that ended it.
  [[nodiscard]] int look() noexcept {
    if (pid_ == 0) return 0;
    lifeline_.close();
    return tests::wait_for_child(std::exchange(pid_, 0));
  }

 private:
  [[nodiscard]] int harm() const noexcept {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur == 0) return 1;
    if (::getpriority(PRIO_PROCESS, 0) == 19) return 2;
    if (::sched_getscheduler(0) == SCHED_BATCH) return 3;
    if (::syscall(SYS_ioprio_get, 1, 0) == idle_priority) return 4;
    return ::semctl(semaphore_, 0, GETVAL) == 0 ? 0 : 5;
  }

  int semaphore_;
  os::Fd lifeline_;
  pid_t pid_ = 0;
};

/// What harms a bystander, and how that shows there.
struct Assault {
  std::string name;
  void (*attempt)(const Bystander&);
  int harm;
};

/// `own` makes the bystander the process that is notified when the socket changes.
template <typename Own>
void signal_by_socket(const Own& own) {
  std::array<int, 2> ends{};
  ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data());
  own(ends[0]);
  ::fcntl(ends[0], F_SETSIG, SIGKILL);
  ::fcntl(ends[0], F_SETFL, O_ASYNC);
  (void)!::write(ends[1], "x", 1);
}

inline std::vector<Assault> assaults() {
  return {
      {"take its limits away",
       [](const Bystander& victim) {
         const rlimit none{.rlim_cur = 0, .rlim_max = 0};
         ::prlimit(victim.pid(), RLIMIT_NOFILE, &none, nullptr);
       },
       1},
      {"put it last in line",
       [](const Bystander& victim) { ::setpriority(PRIO_PROCESS, static_cast<id_t>(victim.pid()), 19); }, 2},
      {"change how it is scheduled",
       [](const Bystander& victim) {
         const sched_param parameters{};
         ::sched_setscheduler(victim.pid(), SCHED_BATCH, &parameters);
       },
       3},
      {"have its files wait",
       [](const Bystander& victim) { ::syscall(SYS_ioprio_set, 1, victim.pid(), Bystander::idle_priority); },
       4},
      {"raise its semaphore",
       [](const Bystander& victim) {
         sembuf raise{.sem_num = 0, .sem_op = 1, .sem_flg = 0};
         ::semop(victim.semaphore(), &raise, 1);
       },
       5},
      {"remove its semaphore", [](const Bystander& victim) { ::semctl(victim.semaphore(), 0, IPC_RMID); }, 5},
      {"have it killed by a socket that it does not know",
       [](const Bystander& victim) {
         signal_by_socket([&](int socket) { ::fcntl(socket, F_SETOWN, victim.pid()); });
       },
       128 + SIGKILL},
      {"have a thread of it killed by a socket",
       [](const Bystander& victim) {
         const f_owner_ex owner{.type = F_OWNER_TID, .pid = victim.pid()};
         signal_by_socket([&](int socket) { ::fcntl(socket, F_SETOWN_EX, &owner); });
       },
       128 + SIGKILL},
      {"have it signalled by a socket's ioctl",
       [](const Bystander& victim) {
         signal_by_socket([owner = victim.pid()](int socket) { ::ioctl(socket, FIOSETOWN, &owner); });
       },
       128 + SIGKILL},
      {"have it signalled by a socket's other ioctl",
       [](const Bystander& victim) {
         signal_by_socket([owner = victim.pid()](int socket) { ::ioctl(socket, SIOCSPGRP, &owner); });
       },
       128 + SIGKILL},
  };
}

}  // namespace sase::network
