// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/background.hpp"

#include "helper/os/processes/child_process.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <iterator>
#include <vector>

#include <fcntl.h>
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

/// Old container runtimes forbid close_range(2).
void close_from_to(unsigned first, unsigned last) noexcept {
  constexpr unsigned max_descriptor = 65536;
  if (::close_range(first, last, 0) == 0) return;
  for (unsigned fd = first; fd <= std::min(last, max_descriptor); ++fd)
    ::close(static_cast<int>(fd));
}

/// Closes all descriptors above the standard streams except `kept`, which is sorted.
void close_others(std::span<const int> kept) noexcept {
  unsigned first = STDERR_FILENO + 1;
  for (const int fd : kept) {
    const auto number = static_cast<unsigned>(fd);
    if (number > first) close_from_to(first, number - 1);
    first = std::max(first, number + 1);
  }
  close_from_to(first, ~0U);
}

/// Runs in the background process.
void run_task(std::span<const int> kept, const std::function<void()>& task) noexcept try {
  if (::chdir("/") != 0) return;
  close_others(kept);
  task();
} catch (const std::exception&) {
  return;  // no caller is left to report it to
}

void begin_session(std::span<const int> kept, const std::function<void()>& task) noexcept {
  ::setsid();
  run_task(kept, task);
  ::_exit(0);
}

void spawn_before_end(std::span<const int> kept, const std::function<void()>& task) {
  // Before the fork: the reader of a pipe must not wait until the new process is scheduled. On a busy machine
  // that took seven times as long as the whole call.
  if (!take_null_streams()) throw_errno("cannot open '/dev/null'");
  const pid_t background = fork_process();
  if (background < 0) throw_errno("cannot start a process");
  if (background == 0) begin_session(kept, task);
}

/// An intermediate process starts the background process and ends, so that the latter is not our child.
void spawn_orphan(std::span<const int> kept, const std::function<void()>& task) {
  const pid_t intermediate = fork_process();
  if (intermediate < 0) throw_errno("cannot start a process");
  if (intermediate > 0) {
    while (::waitpid(intermediate, nullptr, 0) < 0 && errno == EINTR)
      continue;
    return;
  }
  if (take_null_streams() && fork_process() == 0) begin_session(kept, task);
  ::_exit(0);
}

}  // namespace

bool inherits_orphans() noexcept {
  int asked = 0;
  return ::getpid() == 1 || (::prctl(PR_GET_CHILD_SUBREAPER, &asked) == 0 && asked != 0);
}

void spawn_background(std::span<const int> kept, const std::function<void()>& task, ParentLifetime parent) {
  std::vector<int> in_order;
  std::ranges::copy_if(kept, std::back_inserter(in_order), [](int fd) { return fd >= 0; });
  std::ranges::sort(in_order);
  switch (parent) {
    case ParentLifetime::ends: return spawn_before_end(in_order, task);
    case ParentLifetime::continues: return spawn_orphan(in_order, task);
  }
}

}  // namespace sase::os
