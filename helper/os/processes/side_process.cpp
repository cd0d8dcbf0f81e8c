// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/side_process.hpp"

#include "helper/os/stream.hpp"

#include <array>
#include <cerrno>
#include <exception>

#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace sase::os {

namespace {

/// In the new process.
[[noreturn]] void do_task(const std::function<std::string()>& task, const sigset_t& mask,
                          int writer) noexcept {
  ::setpgid(0, 0);
  ::signal(SIGTERM, SIG_DFL);
  ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  try {
    write_all(writer, task());
  } catch (const std::exception&) {
    ::_exit(1);  // that it said nothing says it all
  }
  ::_exit(0);
}

bool has_ended(pid_t pid) noexcept {
  siginfo_t ended{};
  return ::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         ended.si_pid == pid;
}

int wait_for(pid_t pid) noexcept {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR)
    continue;
  return status;
}

}  // namespace

SideProcess::SideProcess(const std::function<std::string()>& task, const sigset_t& mask) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("cannot make a pipe");
  reader_ = Fd(ends[0]);
  const Fd writer(ends[1]);
  pid_ = ::fork();
  if (pid_ < 0) {
    pid_ = 0;
    throw_errno("cannot start a process");
  }
  if (pid_ == 0) do_task(task, mask, writer.get());
  // Both of us do it, so that it is done whoever comes first.
  ::setpgid(pid_, pid_);
}

bool SideProcess::read() {
  std::array<char, 4096> bytes{};
  const ssize_t got = ::read(reader_.get(), bytes.data(), bytes.size());
  if (got < 0 && errno != EINTR) throw_errno("reading failed");
  if (got > 0) said_.append(bytes.data(), static_cast<std::size_t>(got));
  return got == 0;
}

std::optional<std::string> SideProcess::result() {
  const int status = wait_for(pid_);
  pid_ = 0;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return std::move(said_);
}

void SideProcess::stop() noexcept {
  if (pid_ == 0) return;
  constexpr timespec pause{.tv_sec = 0, .tv_nsec = 5'000'000};
  ::kill(-pid_, SIGTERM);
  for (int rounds = 0; rounds < 200 && !has_ended(pid_); ++rounds)
    ::nanosleep(&pause, nullptr);
  // Those that it had started may have stayed.
  ::kill(-pid_, SIGKILL);
  (void)wait_for(pid_);
  pid_ = 0;
}

}  // namespace sase::os
