// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/subprocess.hpp"

#include "helper/os/fd.hpp"
#include "helper/os/processes/signals.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sase::os {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t read_size = 4096;

/// Whether a deferred signal has arrived.
bool is_interrupted(const DeferredSignals* signals) noexcept {
  return signals != nullptr && signals->one_came();
}

pollfd wait_for(const DeferredSignals* signals) noexcept {
  return {.fd = signals != nullptr ? signals->fd() : -1, .events = POLLIN, .revents = 0};
}

/// The parent's ends of the two pipes while the child runs.
class Exchange {
 public:
  /// `signals` end it; may be null.
  Exchange(Fd to_child, Fd from_child, Fd errors, std::string_view input, const DeferredSignals* signals)
      : to_child_(std::move(to_child)),
        from_child_(std::move(from_child)),
        errors_(std::move(errors)),
        input_(input),
        signals_(signals) {
    for (const Fd* const fd : {&to_child_, &from_child_, &errors_})
      if (*fd) set_nonblocking(*fd);
  }

  /// Transfers data until the child closes its output or ends. Returns false if the deadline passes or a
  /// signal arrives first.
  [[nodiscard]] bool run(const SubprocessCall& call, const Child& child) {
    while (is_open()) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(call.deadline - steady_clock::now()).count();
      const bool has_ended = child.has_ended();
      // Of a program that has ended, all output is in the pipes. Its descendants may write more.
      if (has_ended || left <= 0 || is_interrupted(signals_)) {
        read_remainder(call);
        return has_ended;
      }
      // A descendant of a program of the user may hold its output open after it has ended.
      transfer(std::min<long>(left, call.leads == Leads::session ? 50 : 60'000), call);
    }
    return true;
  }

  [[nodiscard]] protocol::Secret output() && { return std::move(output_); }

 private:
  [[nodiscard]] bool is_open() const noexcept { return from_child_ || errors_; }

  /// Waits up to `patience` milliseconds and transfers what is ready. Returns false if nothing was ready.
  bool transfer(long patience, const SubprocessCall& call) {
    std::array<pollfd, 4> waiting{{{.fd = from_child_.get(), .events = POLLIN, .revents = 0},
                                   {.fd = to_child_.get(), .events = POLLOUT, .revents = 0},
                                   {.fd = errors_.get(), .events = POLLIN, .revents = 0},
                                   wait_for(signals_)}};
    const int ready = ::poll(waiting.data(), waiting.size(), static_cast<int>(patience));
    if (ready < 0 && errno != EINTR) throw_errno("waiting failed");
    if (ready <= 0) return ready < 0;
    if (waiting[1].revents != 0) write_input();
    if (waiting[2].revents != 0) relay_errors(call.deadline);
    if (waiting[0].revents != 0) read_output(call);
    return true;
  }

  /// What is in the pipe already counts, although the time is up: requests that were sent, a token.
  void read_remainder(const SubprocessCall& call) {
    constexpr int max_reads = 64;
    for (int reads = 0; is_open() && reads < max_reads && transfer(0, call); ++reads)
      continue;
  }

  void write_input() {
    const ssize_t written = ::write(to_child_.get(), input_.data(), input_.size());
    if (written < 0 && errno == EAGAIN) return;
    // A child that no longer reads may still write output.
    if (written >= 0) input_.remove_prefix(static_cast<std::size_t>(written));
    if (written < 0 || input_.empty()) to_child_.close();
  }

  /// With Leads::session the program does not get the standard error of this process: a daemon that it leaves
  /// behind would hold it open, and host tools read it to its end.
  void relay_errors(steady_clock::time_point deadline) noexcept {
    std::array<char, read_size> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
    const ssize_t got = ::read(errors_.get(), bytes.data(), bytes.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got <= 0) return errors_.close();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    if (writable_within(STDERR_FILENO, std::max(left, left.zero())))
      (void)!::write(STDERR_FILENO, bytes.data(), static_cast<std::size_t>(got));
  }

  void read_output(const SubprocessCall& call) {
    const std::span<char> buffer = output_.spare_capacity(read_size);
    const ssize_t got = ::read(from_child_.get(), buffer.data(), buffer.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got < 0) throw_errno("reading failed");
    if (got == 0) from_child_.close();
    output_.commit(static_cast<std::size_t>(got));
    if (output_.size() > call.output_limit)
      throw std::length_error("more than " + std::to_string(call.output_limit) + " bytes");
    if (call.on_output) call.on_output(output_.reveal());
  }

  Fd to_child_, from_child_, errors_;
  std::string_view input_;
  const DeferredSignals* signals_;
  protocol::Secret output_;
};

/// Waits for a child that has closed its output but may still run. Returns false if the deadline passes or a
/// signal arrives first.
bool ended_by(const Child& child, steady_clock::time_point deadline,
              const DeferredSignals* signals) noexcept {
  // It usually ends within a fraction of a millisecond, so the first pauses are short.
  timespec pause{.tv_sec = 0, .tv_nsec = 20'000};
  while (steady_clock::now() < deadline && !is_interrupted(signals)) {
    if (child.has_ended()) return true;
    pollfd waiting = wait_for(signals);
    (void)::ppoll(&waiting, 1, &pause, nullptr);
    pause.tv_nsec = std::min(2 * pause.tv_nsec, 1'000'000L);
  }
  return false;
}

std::optional<SubprocessResult> run(const SubprocessCall& call, const DeferredSignals* signals) {
  Pipe input = call.input.empty() ? Pipe{} : make_pipe();
  Pipe output = make_pipe();
  Pipe errors = call.leads == Leads::session ? make_pipe() : Pipe{};
  sigset_t none;
  ::sigemptyset(&none);
  Child child({.program = call.program,
               .arguments = call.arguments,
               .environment = call.environment,
               .input = input.reader.get(),
               .output = output.writer.get(),
               .errors = errors.writer.get(),
               .leads = call.leads,
               .mask = none});
  input.reader.close();
  output.writer.close();
  errors.writer.close();

  Exchange exchange(std::move(input.writer), std::move(output.reader), std::move(errors.reader), call.input,
                    signals);
  if (!exchange.run(call, child) || !ended_by(child, call.deadline, signals)) return std::nullopt;
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
  if (call.leads == Leads::nothing) return run(call, nullptr);
  // Those of the terminal do not reach a program in another session.
  const DeferredSignals current(fatal_signals);
  return run(call, &current);
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
