// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/background.hpp"

#include "helper/os/fd.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <iterator>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sase::os {

namespace {

bool take_null_streams() noexcept {
  const int null = ::open("/dev/null", O_RDWR);
  if (null < 0) return false;
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream)
    if (::dup2(null, stream) < 0) return false;
  return true;
}

/// Old container runtimes refuse the call that does it at once.
void close_from_to(unsigned first, unsigned last) noexcept {
  constexpr unsigned most = 65536;
  if (::close_range(first, last, 0) == 0) return;
  for (unsigned fd = first; fd <= std::min(last, most); ++fd)
    ::close(static_cast<int>(fd));
}

/// All above the standard streams but those `kept`, which are in order.
void close_others(std::span<const int> kept) noexcept {
  unsigned first = STDERR_FILENO + 1;
  for (const int fd : kept) {
    const auto number = static_cast<unsigned>(fd);
    if (number > first) close_from_to(first, number - 1);
    first = std::max(first, number + 1);
  }
  close_from_to(first, ~0U);
}

/// In the process that nobody waits for.
void run_alone(std::span<const int> kept, const std::function<void()>& task) noexcept try {
  if (::chdir("/") != 0) return;
  close_others(kept);
  // Locked memory does not survive a fork, and there are secrets in it.
  (void)::mlockall(MCL_CURRENT);
  task();
} catch (const std::exception&) {
  return;  // there is nobody left to tell
}

void begin_session(std::span<const int> kept, const std::function<void()>& task) noexcept {
  ::setsid();
  run_alone(kept, task);
  ::_exit(0);
}

void leave_behind(std::span<const int> kept, const std::function<void()>& task) {
  // Before the fork: the reader of a pipe must not wait until the new process has its turn on a processor.
  if (!take_null_streams()) throw_errno("cannot open '/dev/null'");
  const pid_t alone = ::fork();
  if (alone < 0) throw_errno("cannot start a process");
  if (alone == 0) begin_session(kept, task);
}

/// By way of a process that ends at once and is waited for: what it leaves behind is no child of ours.
void leave_to_others(std::span<const int> kept, const std::function<void()>& task) {
  const pid_t between = ::fork();
  if (between < 0) throw_errno("cannot start a process");
  if (between > 0) {
    while (::waitpid(between, nullptr, 0) < 0 && errno == EINTR)
      continue;
    return;
  }
  if (take_null_streams() && ::fork() == 0) begin_session(kept, task);
  ::_exit(0);
}

}  // namespace

bool inherits_orphans() noexcept {
  int asked = 0;
  return ::getpid() == 1 || (::prctl(PR_GET_CHILD_SUBREAPER, &asked) == 0 && asked != 0);
}

void spawn_background(std::span<const int> kept, const std::function<void()>& task,
                      ParentLifetime afterwards) {
  std::vector<int> in_order;
  std::ranges::copy_if(kept, std::back_inserter(in_order), [](int fd) { return fd >= 0; });
  std::ranges::sort(in_order);
  switch (afterwards) {
    case ParentLifetime::ends: return leave_behind(in_order, task);
    case ParentLifetime::goes_on: return leave_to_others(in_order, task);
  }
}

}  // namespace sase::os
