// SPDX-License-Identifier: Apache-2.0
#include "helper/posix/file_lock.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#include <sys/file.h>
#include <sys/time.h>
#include <unistd.h>

namespace sase::helper {

namespace {

using std::chrono::steady_clock;

/// flock waits without a limit of its own; a timer that keeps firing until it is disarmed interrupts it. One
/// that fired only once could do so just before the wait begins and be lost.
class WaitInterrupter {
 public:
  explicit WaitInterrupter(steady_clock::duration after) noexcept {
    struct sigaction interrupt {};
    interrupt.sa_handler = [](int) {};
    ::sigaction(SIGALRM, &interrupt, &before_);
    const auto micros = std::chrono::ceil<std::chrono::microseconds>(after).count();
    constexpr long second = 1'000'000;
    const itimerval timer{.it_interval = {.tv_sec = 0, .tv_usec = 20'000},
                          .it_value = {.tv_sec = static_cast<time_t>(micros / second),
                                       .tv_usec = static_cast<long>(micros % second)}};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
  }
  WaitInterrupter(const WaitInterrupter&) = delete;
  WaitInterrupter& operator=(const WaitInterrupter&) = delete;
  ~WaitInterrupter() {
    const itimerval off{};
    ::setitimer(ITIMER_REAL, &off, nullptr);
    ::sigaction(SIGALRM, &before_, nullptr);
  }

 private:
  struct sigaction before_ {};
};

/// Some file systems, mostly of networks, have no locks.
[[noreturn]] void throw_cannot_lock(int fd) {
  const int error = errno;
  std::array<char, 4096> path{};
  const ssize_t size = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path.data(), path.size());
  errno = error;
  throw_errno("cannot lock '" + std::string(path.data(), size > 0 ? static_cast<std::size_t>(size) : 0) +
              "'; is it on a network's file system?");
}

/// False when a signal interrupted the wait or, with LOCK_NB, when somebody else has it.
bool lock(int fd, int how) {
  if (::flock(fd, how) == 0) return true;
  if (errno != EWOULDBLOCK && errno != EINTR) throw_cannot_lock(fd);
  return false;
}

}  // namespace

bool FileLock::take() {
  return lock(file_.get(), LOCK_EX | LOCK_NB);
}

bool FileLock::wait_until_free(steady_clock::time_point deadline) {
  for (auto left = deadline - steady_clock::now(); left > left.zero();
       left = deadline - steady_clock::now()) {
    const WaitInterrupter interrupter(left);
    if (!lock(file_.get(), LOCK_SH)) continue;
    return lock(file_.get(), LOCK_UN);
  }
  return false;
}

}  // namespace sase::helper
