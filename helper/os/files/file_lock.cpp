// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/file_lock.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

namespace sase::os {

namespace {

using std::chrono::steady_clock;

using std::chrono::microseconds;
using std::chrono::seconds;

timeval timer_value(steady_clock::duration time) noexcept {
  const auto micros = std::chrono::ceil<microseconds>(time);
  const auto whole = std::chrono::floor<seconds>(micros);
  return {.tv_sec = static_cast<time_t>(whole.count()),
          .tv_usec = static_cast<suseconds_t>((micros - whole).count())};
}

steady_clock::duration to_duration(const timeval& value) noexcept {
  return seconds(value.tv_sec) + microseconds(value.tv_usec);
}

/// flock has no timeout, so a timer interrupts it. The timer fires repeatedly: a single signal could arrive
/// just before the wait begins. A process has one such timer, which survives execve: the caller's is
/// restored.
class WaitInterrupter {
 public:
  explicit WaitInterrupter(steady_clock::duration after) noexcept {
    struct sigaction interrupt {};
    interrupt.sa_handler = [](int) {};
    ::sigaction(SIGALRM, &interrupt, &before_);
    const itimerval timer{.it_interval = timer_value(std::chrono::milliseconds(20)),
                          .it_value = timer_value(after)};
    ::setitimer(ITIMER_REAL, &timer, &callers_);
  }
  WaitInterrupter(const WaitInterrupter&) = delete;
  WaitInterrupter& operator=(const WaitInterrupter&) = delete;
  ~WaitInterrupter() {
    const itimerval off{};
    ::setitimer(ITIMER_REAL, &off, nullptr);
    ::sigaction(SIGALRM, &before_, nullptr);
    if (timerisset(&callers_.it_value)) give_back();
  }

 private:
  /// A timer that was due in the meantime fires at once.
  void give_back() noexcept {
    const auto left = to_duration(callers_.it_value) - (steady_clock::now() - start_);
    callers_.it_value = timer_value(std::max<steady_clock::duration>(left, microseconds(1)));
    ::setitimer(ITIMER_REAL, &callers_, nullptr);
  }

  steady_clock::time_point start_ = steady_clock::now();
  itimerval callers_{};
  struct sigaction before_ {};
};

/// The path of an open file, in quotes. Keeps errno.
std::string describe(int fd) {
  const int error = errno;
  std::array<char, 4096> path{};
  const ssize_t size = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path.data(), path.size());
  errno = error;
  return "'" + std::string(path.data(), size > 0 ? static_cast<std::size_t>(size) : 0) + "'";
}

/// Some file systems, mostly network file systems, do not support flock.
[[noreturn]] void throw_cannot_lock(int fd) {
  throw_errno("cannot lock " + describe(fd) + "; is it on a network file system?");
}

/// False if a signal interrupted the wait or, with LOCK_NB, if another process holds the lock.
bool lock(int fd, int how) {
  if (::flock(fd, how) == 0) return true;
  if (errno != EWOULDBLOCK && errno != EINTR) throw_cannot_lock(fd);
  return false;
}

}  // namespace

bool FileLock::acquire(steady_clock::time_point deadline) {
  if (lock(file_.get(), LOCK_EX | LOCK_NB)) return true;
  for (auto left = deadline - steady_clock::now(); left > left.zero();
       left = deadline - steady_clock::now()) {
    const WaitInterrupter interrupter(left);
    // The waiting processes keep the mode in which they wait: with LOCK_SH, they would keep each other out of
    // LOCK_EX.
    if (lock(file_.get(), LOCK_EX)) return true;
  }
  return false;
}

void FileLock::release() noexcept {
  (void)::flock(file_.get(), LOCK_UN);
}

std::string FileLock::read(std::size_t limit) const {
  std::string bytes(limit, '\0');
  std::size_t size = 0;
  while (size < limit) {
    const ssize_t got = ::pread(file_.get(), bytes.data() + size, limit - size, static_cast<off_t>(size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("cannot read " + describe(file_.get()));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

void FileLock::write(std::size_t offset, std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_errno("cannot write " + describe(file_.get()));
    offset += static_cast<std::size_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::chrono::nanoseconds FileLock::modified() const {
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) throw_errno("cannot look at " + describe(file_.get()));
  return seconds(status.st_mtim.tv_sec) + std::chrono::nanoseconds(status.st_mtim.tv_nsec);
}

void FileLock::set_modified(std::chrono::nanoseconds time) const {
  const auto whole = std::chrono::floor<seconds>(time);
  const std::array<timespec, 2> times = {timespec{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
                                         timespec{.tv_sec = static_cast<time_t>(whole.count()),
                                                  .tv_nsec = static_cast<long>((time - whole).count())}};
  if (::futimens(file_.get(), times.data()) != 0) throw_errno("cannot change " + describe(file_.get()));
}

}  // namespace sase::os
