// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/background.hpp"

#include "helper/os/processes/child_process.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
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

/// Closes all descriptors above the standard streams except `kept`.
void close_others(std::span<const int> kept) {
  std::vector<int> in_order(kept.begin(), kept.end());
  std::ranges::sort(in_order);
  int first = STDERR_FILENO + 1;
  for (const int fd : in_order) {
    if (fd > first) close_from_to(static_cast<unsigned>(first), static_cast<unsigned>(fd) - 1);
    first = std::max(first, fd + 1);
  }
  close_from_to(static_cast<unsigned>(first), ~0U);
}

/// Runs in the background process.
[[noreturn]] void run_task(std::span<const int> kept, const std::function<void()>& task) noexcept {
  ::setsid();
  try {
    if (::chdir("/") != 0) ::_exit(0);
    close_others(kept);
    task();
  } catch (const std::exception&) {
    ::_exit(0);  // no caller is left to report it to
  }
  ::_exit(0);
}

}  // namespace

bool inherits_orphans() noexcept {
  int asked = 0;
  return ::getpid() == 1 || (::prctl(PR_GET_CHILD_SUBREAPER, &asked) == 0 && asked != 0);
}

void spawn_background(std::span<const int> kept, const std::function<void()>& task, ParentLifetime parent) {
  const bool continues = parent == ParentLifetime::continues;
  // Before the fork: the reader of a pipe must not wait until the new process is scheduled. On a busy machine
  // that took seven times as long as the whole call.
  if (!continues && !take_null_streams()) throw_errno("cannot open '/dev/null'");
  const pid_t child = fork_process();
  if (child < 0) throw_errno("cannot start a process");
  if (child == 0) {
    // An intermediate process starts the background process and ends, so that the latter is not our child.
    if (continues && (!take_null_streams() || fork_process() != 0)) ::_exit(0);
    run_task(kept, task);
  }
  while (continues && ::waitpid(child, nullptr, 0) < 0 && errno == EINTR)
    continue;
}

}  // namespace sase::os
