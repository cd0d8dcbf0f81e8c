// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/file_lock.hpp"

#include <array>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

namespace sase::os {

namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

timeval timer_value(steady_clock::duration time) noexcept {
  const auto micros = std::chrono::ceil<std::chrono::microseconds>(time).count();
  return {.tv_sec = micros / 1'000'000, .tv_usec = micros % 1'000'000};
}

/// flock has no timeout, so a timer interrupts it. The timer fires repeatedly: a single signal could arrive
/// just before the wait begins. A process has one such timer, which survives execve: the caller's continues
/// after the wait.
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
    ::setitimer(ITIMER_REAL, &callers_, nullptr);
  }

 private:
  itimerval callers_{};
  struct sigaction before_ {};
};

/// Throws for the current errno: "what 'path of the file'".
[[noreturn]] void throw_failed(const char* what, const Fd& file, const char* ending = "'") {
  const std::error_code error = last_error();
  std::array<char, 4096> path{};
  [[maybe_unused]] const auto size =
      ::readlink(("/proc/self/fd/" + std::to_string(file.get())).c_str(), path.data(), path.size() - 1);
  throw std::system_error(error, what + std::string(" '") + path.data() + ending);
}

/// False if a signal interrupted the wait or, with LOCK_NB, if another process holds the lock.
bool lock(const Fd& file, int how) {
  if (::flock(file.get(), how) == 0) return true;
  // Some file systems, mostly network file systems, do not support flock.
  if (errno != EWOULDBLOCK && errno != EINTR)
    throw_failed("cannot lock", file, "'; is it on a network file system?");
  return false;
}

}  // namespace

bool FileLock::acquire(steady_clock::time_point deadline) {
  if (lock(file_, LOCK_EX | LOCK_NB)) return true;
  for (auto left = deadline - steady_clock::now(); left > left.zero();
       left = deadline - steady_clock::now()) {
    const WaitInterrupter interrupter(left);
    // The waiting processes keep the mode in which they wait: with LOCK_SH, they would keep each other out of
    // LOCK_EX.
    if (lock(file_, LOCK_EX)) return true;
  }
  return false;
}

void FileLock::release() noexcept { (void)::flock(file_.get(), LOCK_UN); }

std::string FileLock::read(std::size_t limit) const {
  std::string bytes(limit, '\0');
  const ssize_t size = ::pread(file_.get(), bytes.data(), limit, 0);
  if (size < 0) throw_failed("cannot read", file_);
  bytes.resize(static_cast<std::size_t>(size));
  return bytes;
}

void FileLock::write(std::size_t offset, std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0) throw_failed("cannot write", file_);
    offset += static_cast<std::size_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::chrono::nanoseconds FileLock::modified() const {
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) throw_failed("cannot look at", file_);
  return seconds(status.st_mtim.tv_sec) + std::chrono::nanoseconds(status.st_mtim.tv_nsec);
}

void FileLock::set_modified(std::chrono::nanoseconds time) const {
  const auto whole = std::chrono::floor<seconds>(time);
  const std::array<timespec, 2> times = {timespec{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
                                         timespec{.tv_sec = static_cast<time_t>(whole.count()),
                                                  .tv_nsec = static_cast<long>((time - whole).count())}};
  if (::futimens(file_.get(), times.data()) != 0) throw_failed("cannot change", file_);
}

}  // namespace sase::os
