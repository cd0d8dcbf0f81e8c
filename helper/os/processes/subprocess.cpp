// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/subprocess.hpp"

#include "helper/os/fd.hpp"
#include "helper/os/processes/deferred_signals.hpp"
#include "helper/os/processes/process_tree.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sase::os {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t read_size = 4096;

/// What ends us, and would leave a program behind that is in a session of its own.
constexpr std::array ending = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

struct Pipe {
  Fd reader, writer;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("cannot make a pipe");
  return {.reader = Fd(ends[0]), .writer = Fd(ends[1])};
}

/// posix_spawn's lists of what the child does before it runs, freed at the end.
class SpawnPlan {
 public:
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  void exec_program(const Fd& fd, int standard_stream) {
    ::posix_spawn_file_actions_adddup2(&actions_, fd.get(), standard_stream);
  }

  /// Our own descriptors close themselves, but the host may have left us some of its own.
  void close_others() { ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1); }

  void read_nothing() {
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }

  /// What we ignore would be inherited, and so would what our caller blocked.
  void restore_signals(SubprocessSession session) {
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    ::sigaddset(&signals, SIGPIPE);
    ::sigaddset(&signals, SIGXFSZ);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    const int apart = session == SubprocessSession::own ? POSIX_SPAWN_SETSID : 0;
    ::posix_spawnattr_setflags(&attributes_,
                               static_cast<short>(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | apart));
  }

  [[nodiscard]] pid_t start(const SubprocessCall& call) const {
    std::vector<char*> argv;
    for (const std::string& word : call.arguments)
      argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    std::vector<char*> environment;
    for (const char* const entry : call.environment)
      environment.push_back(const_cast<char*>(entry));
    environment.push_back(nullptr);
    pid_t child = 0;
    errno =
        ::posix_spawn(&child, call.program.c_str(), &actions_, &attributes_, argv.data(), environment.data());
    if (errno != 0) throw_errno("cannot run '" + call.program + "'");
    return child;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// A running child that does not outlive this object: unless it was waited for, it is killed.
class Child {
 public:
  Child(pid_t pid, SubprocessSession session) noexcept : pid_(pid), session_(session) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ == 0) return;
    if (session_ == SubprocessSession::own)
      kill_process_tree(pid_);
    else
      ::kill(pid_, SIGKILL);
    (void)wait();
  }

  /// Whether it has ended, which wait() tells how.
  [[nodiscard]] bool has_ended() const noexcept {
    siginfo_t ended{};
    const int result = ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
    // Else there is no such child any more.
    return result == 0 ? ended.si_pid == pid_ : errno != EINTR;
  }

  [[nodiscard]] int wait() noexcept {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR)
      continue;
    pid_ = 0;
    return status;
  }

 private:
  pid_t pid_;
  SubprocessSession session_;
};

/// Whether a signal has come that was held.
bool is_stopped(const sigset_t* mask) noexcept {
  return mask != nullptr && DeferredSignals::one_came();
}

/// How long one wait may take, in milliseconds.
long longest_wait(SubprocessSession session) noexcept {
  // Whatever somebody else's program leaves behind when it ends may hold its output for ever.
  return session == SubprocessSession::own ? 50 : 60'000;
}

/// Our ends of the two pipes while the child runs.
class Conversation {
 public:
  /// Waits with these signals, or as it is.
  Conversation(Fd to_child, Fd from_child, std::string_view input, const sigset_t* mask)
      : to_child_(std::move(to_child)), from_child_(std::move(from_child)), input_(input), mask_(mask) {
    ::fcntl(to_child_.get(), F_SETFL, O_NONBLOCK);
    ::fcntl(from_child_.get(), F_SETFL, O_NONBLOCK);
    if (input_.empty()) to_child_.close();
  }

  /// Moves bytes until the child closes its output or has ended. False when the deadline, or a signal, came
  /// first.
  [[nodiscard]] bool run(const SubprocessCall& call, const Child& child) {
    bool ended = false;
    while (from_child_) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(call.deadline - steady_clock::now()).count();
      if (left <= 0 || is_stopped(mask_)) return false;
      // Once it has ended, all that it wrote is there.
      if (move_within(ended ? 0 : std::min<long>(left, longest_wait(call.session)), call.output_limit))
        continue;
      if (ended) return true;
      ended = child.has_ended();
    }
    return true;
  }

  [[nodiscard]] protocol::Secret output() && { return std::move(output_); }

 private:
  /// Moves what can be moved within so many milliseconds. False where that is nothing.
  bool move_within(long patience, std::size_t limit) {
    std::array<pollfd, 2> waiting{{{.fd = from_child_.get(), .events = POLLIN, .revents = 0},
                                   {.fd = to_child_.get(), .events = POLLOUT, .revents = 0}}};
    const timespec longest{.tv_sec = patience / 1000, .tv_nsec = patience % 1000 * 1'000'000};
    const int ready = ::ppoll(waiting.data(), waiting.size(), &longest, mask_);
    if (ready < 0 && errno != EINTR) throw_errno("waiting failed");
    if (ready <= 0) return ready < 0;
    if (waiting[1].revents != 0) feed();
    if (waiting[0].revents != 0) take(limit);
    return true;
  }

  void feed() {
    const ssize_t written = ::write(to_child_.get(), input_.data(), input_.size());
    if (written < 0 && errno == EAGAIN) return;
    // A child that has stopped reading may still answer, so a failed write is not the end.
    if (written >= 0) input_.remove_prefix(static_cast<std::size_t>(written));
    if (written < 0 || input_.empty()) to_child_.close();
  }

  void take(std::size_t limit) {
    const std::span<char> room = output_.room(read_size);
    const ssize_t got = ::read(from_child_.get(), room.data(), room.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got < 0) throw_errno("reading failed");
    if (got == 0) from_child_.close();
    output_.commit(static_cast<std::size_t>(got));
    if (output_.size() > limit) throw std::length_error("more than " + std::to_string(limit) + " bytes");
  }

  Fd to_child_, from_child_;
  std::string_view input_;
  const sigset_t* mask_;
  protocol::Secret output_;
};

/// Waits for a child that has closed its output but may still run; false when the deadline, or a signal, came
/// first.
bool ended_by(const Child& child, steady_clock::time_point deadline, const sigset_t* mask) noexcept {
  // It usually ends within a fraction of a millisecond, which is worth not to sleep away.
  constexpr long longest_pause = 1'000'000;
  timespec pause{.tv_sec = 0, .tv_nsec = 20'000};
  while (steady_clock::now() < deadline && !is_stopped(mask)) {
    if (child.has_ended()) return true;
    (void)::ppoll(nullptr, 0, &pause, mask);
    pause.tv_nsec = std::min(2 * pause.tv_nsec, longest_pause);
  }
  return false;
}

std::optional<SubprocessResult> run(const SubprocessCall& call, const sigset_t* mask) {
  Pipe input = call.input.empty() ? Pipe{} : make_pipe();
  Pipe output = make_pipe();
  SpawnPlan plan;
  if (call.input.empty())
    plan.read_nothing();
  else
    plan.exec_program(input.reader, STDIN_FILENO);
  plan.exec_program(output.writer, STDOUT_FILENO);
  plan.close_others();
  plan.restore_signals(call.session);
  Child child(plan.start(call), call.session);
  input.reader.close();
  output.writer.close();

  Conversation conversation(std::move(input.writer), std::move(output.reader), call.input, mask);
  if (!conversation.run(call, child) || !ended_by(child, call.deadline, mask)) return std::nullopt;
  return SubprocessResult{.output = std::move(conversation).output(), .wait_status = child.wait()};
}

}  // namespace

std::optional<SubprocessResult> run_subprocess(const SubprocessCall& call) {
  if (call.session == SubprocessSession::ours) return run(call, nullptr);
  const DeferredSignals current(ending);
  return run(call, &current.mask_before());
}

}  // namespace sase::os
