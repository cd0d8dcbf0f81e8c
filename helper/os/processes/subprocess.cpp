// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/subprocess.hpp"

#include "helper/os/fd.hpp"
#include "helper/os/processes/deferred_signals.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sase::os {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t read_size = 4096;

/// Signals that terminate this process. The terminal does not send them to a program in another session.
constexpr std::array terminating = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

struct Pipe {
  Fd reader, writer;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("cannot make a pipe");
  return {.reader = Fd(ends[0]), .writer = Fd(ends[1])};
}

/// The actions and attributes of posix_spawn(3).
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

  void connect(const Fd& fd, int standard_stream) {
    ::posix_spawn_file_actions_adddup2(&actions_, fd.get(), standard_stream);
  }

  /// Descriptors of this program are close-on-exec; descriptors inherited from the host tool may not be.
  void close_others() { ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1); }

  void read_nothing() {
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }

  /// Ignored and blocked signals are inherited.
  void restore_signals(SubprocessSession session) {
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    ::sigaddset(&signals, SIGPIPE);
    ::sigaddset(&signals, SIGXFSZ);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    const int new_session = session == SubprocessSession::own ? POSIX_SPAWN_SETSID : 0;
    ::posix_spawnattr_setflags(
        &attributes_, static_cast<short>(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | new_session));
  }

  [[nodiscard]] pid_t start(const SubprocessCall& call) const {
    std::vector<char*> argv;
    for (const std::string& argument : call.arguments)
      argv.push_back(const_cast<char*>(argument.c_str()));
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

/// A running child. The destructor kills it unless wait() was called.
class Child {
 public:
  Child(pid_t pid, SubprocessSession session) noexcept : pid_(pid), session_(session) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ == 0) return;
    // A session leader leads the process group of the same number.
    ::kill(session_ == SubprocessSession::own ? -pid_ : pid_, SIGKILL);
    (void)wait();
  }

  /// Whether it has ended; wait() returns how.
  [[nodiscard]] bool has_ended() const noexcept {
    siginfo_t ended{};
    const int result = ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
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

/// Whether a deferred signal has arrived.
bool is_interrupted(const sigset_t* mask) noexcept {
  return mask != nullptr && DeferredSignals::one_came();
}

/// The longest wait between two checks whether the program has ended, in milliseconds.
long longest_wait(SubprocessSession session) noexcept {
  // A descendant of a program of the user may hold its output open after it has ended.
  return session == SubprocessSession::own ? 50 : 60'000;
}

/// The parent's ends of the two pipes while the child runs.
class Exchange {
 public:
  /// `mask`: the signal mask while waiting, or null for the current one.
  Exchange(Fd to_child, Fd from_child, std::string_view input, const sigset_t* mask)
      : to_child_(std::move(to_child)), from_child_(std::move(from_child)), input_(input), mask_(mask) {
    ::fcntl(to_child_.get(), F_SETFL, O_NONBLOCK);
    ::fcntl(from_child_.get(), F_SETFL, O_NONBLOCK);
    if (input_.empty()) to_child_.close();
  }

  /// Transfers data until the child closes its output or ends. Returns false if the deadline passes or a
  /// signal arrives first.
  [[nodiscard]] bool run(const SubprocessCall& call, const Child& child) {
    bool ended = false;
    while (from_child_) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(call.deadline - steady_clock::now()).count();
      if (left <= 0 || is_interrupted(mask_)) {
        read_remainder(call);
        return false;
      }
      // After its end, all of its output is in the pipe.
      if (transfer(ended ? 0 : std::min<long>(left, longest_wait(call.session)), call)) continue;
      if (ended) return true;
      ended = child.has_ended();
    }
    return true;
  }

  [[nodiscard]] protocol::Secret output() && { return std::move(output_); }

 private:
  /// Waits up to `patience` milliseconds and transfers what is ready. Returns false if nothing was ready.
  bool transfer(long patience, const SubprocessCall& call) {
    std::array<pollfd, 2> waiting{{{.fd = from_child_.get(), .events = POLLIN, .revents = 0},
                                   {.fd = to_child_.get(), .events = POLLOUT, .revents = 0}}};
    const timespec longest{.tv_sec = patience / 1000, .tv_nsec = patience % 1000 * 1'000'000};
    const int ready = ::ppoll(waiting.data(), waiting.size(), &longest, mask_);
    if (ready < 0 && errno != EINTR) throw_errno("waiting failed");
    if (ready <= 0) return ready < 0;
    if (waiting[1].revents != 0) write_input();
    if (waiting[0].revents != 0) read_output(call);
    return true;
  }

  /// What is in the pipe already counts, although the time is up: requests that were sent, a token.
  void read_remainder(const SubprocessCall& call) {
    constexpr int max_reads = 64;
    for (int reads = 0; from_child_ && reads < max_reads && transfer(0, call); ++reads)
      continue;
  }

  void write_input() {
    const ssize_t written = ::write(to_child_.get(), input_.data(), input_.size());
    if (written < 0 && errno == EAGAIN) return;
    // A child that no longer reads may still write output.
    if (written >= 0) input_.remove_prefix(static_cast<std::size_t>(written));
    if (written < 0 || input_.empty()) to_child_.close();
  }

  void read_output(const SubprocessCall& call) {
    const std::span<char> room = output_.spare_capacity(read_size);
    const ssize_t got = ::read(from_child_.get(), room.data(), room.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got < 0) throw_errno("reading failed");
    if (got == 0) from_child_.close();
    output_.commit(static_cast<std::size_t>(got));
    if (output_.size() > call.output_limit)
      throw std::length_error("more than " + std::to_string(call.output_limit) + " bytes");
    if (call.on_output) call.on_output(output_.reveal());
  }

  Fd to_child_, from_child_;
  std::string_view input_;
  const sigset_t* mask_;
  protocol::Secret output_;
};

/// Waits for a child that has closed its output but may still run. Returns false if the deadline passes or a
/// signal arrives first.
bool ended_by(const Child& child, steady_clock::time_point deadline, const sigset_t* mask) noexcept {
  // It usually ends within a fraction of a millisecond, so the first pauses are short.
  constexpr long longest_pause = 1'000'000;
  timespec pause{.tv_sec = 0, .tv_nsec = 20'000};
  while (steady_clock::now() < deadline && !is_interrupted(mask)) {
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
    plan.connect(input.reader, STDIN_FILENO);
  plan.connect(output.writer, STDOUT_FILENO);
  plan.close_others();
  plan.restore_signals(call.session);
  Child child(plan.start(call), call.session);
  input.reader.close();
  output.writer.close();

  Exchange exchange(std::move(input.writer), std::move(output.reader), call.input, mask);
  if (!exchange.run(call, child) || !ended_by(child, call.deadline, mask)) return std::nullopt;
  return SubprocessResult{.output = std::move(exchange).output(), .wait_status = child.wait()};
}

}  // namespace

std::optional<int> SubprocessResult::exit_code() const noexcept {
  return WIFEXITED(wait_status) ? std::optional(WEXITSTATUS(wait_status)) : std::nullopt;
}

std::string SubprocessResult::describe_signal() const {
  const int number = WTERMSIG(wait_status);
  const char* const name = ::sigdescr_np(number);
  return std::to_string(number) + (name != nullptr ? " (" + std::string(name) + ')' : "");
}

std::optional<SubprocessResult> run_subprocess(const SubprocessCall& call) {
  if (call.session == SubprocessSession::shared) return run(call, nullptr);
  const DeferredSignals current(terminating);
  return run(call, &current.mask_before());
}

void end_with_parent() noexcept {
  (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // A parent that ended before that has closed its end of the pipe.
  pollfd output{.fd = STDOUT_FILENO, .events = 0, .revents = 0};
  if (::poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0) ::_exit(1);
}

void limit_lifetime(std::chrono::milliseconds duration) noexcept {
  constexpr std::chrono::seconds longest = std::chrono::hours(24 * 366);
  const auto seconds = std::min(std::chrono::floor<std::chrono::seconds>(duration), longest);
  // A caller that ignores the signal would disable the limit.
  (void)::signal(SIGALRM, SIG_DFL);
  ::alarm(static_cast<unsigned>(seconds.count()) + 2);
}

}  // namespace sase::os
