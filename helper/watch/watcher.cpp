// SPDX-License-Identifier: Apache-2.0
#include "helper/watch/watcher.hpp"

#include "helper/os/processes/subprocess.hpp"
#include "protocol/escape.hpp"
#include "protocol/time.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace sase::watch {

namespace {

using os::WakeReason;
using std::chrono::seconds;

/// How often the watcher checks that the file still exists.
constexpr std::chrono::minutes file_check_interval{1};

/// Attempts may differ in their warnings, as on a full disk: new ones are printed at most once in this time.
constexpr std::chrono::minutes warning_interval{1};

/// How often it checks whether the command of `--exec` has ended.
constexpr std::chrono::milliseconds command_check_interval{500};

/// At least 0 and below 1.
double random_fraction() noexcept { return ::randombytes_random() / 4294967296.0; }

template <typename Duration>
seconds to_seconds(Duration duration) noexcept {
  return std::chrono::duration_cast<seconds>(duration);
}

}  // namespace

ExitCode Watcher::run() {
  next_watchdog_ping_ = BootClock::now();
  auto next = attempt();
  if (next && !next->token) {
    parts_.diagnostics.failure(next->failure->what());
    if (!next->failure->hint.empty()) parts_.diagnostics.hint(next->failure->hint);
    return next->failure->code;
  }
  if (next) {
    apply(std::move(*next));
    notify("READY=1\n");
    while (wait_for_next_attempt() && (next = attempt()))
      apply(std::move(*next));
  }
  notify("STOPPING=1\nSTATUS=stopped; the file is left as it is\n");
  if (command_) command_->stop();
  return ExitCode::success;
}

/// False after a signal to stop.
bool Watcher::wait_for_next_attempt() {
  while (!std::exchange(is_hup_pending_, false)) {
    const WakeReason reason =
        signals_.wait(std::min({schedule_.next(), next_due(), BootClock::now() + file_check_interval}));
    if (reason == WakeReason::by_stop) return false;
    if (reason == WakeReason::by_hup) return true;
    handle_due_events();
    if (BootClock::now() >= schedule_.next()) return true;
    if (!current_ || parts_.file.is_there()) continue;
    current_.reset();
    return true;
  }
  return true;
}

/// Nothing after a signal to stop.
std::optional<Attempt> Watcher::attempt() try {
  os::ChildProcess child(parts_.program, parts_.arguments, current_ ? current_->identity() : "",
                         parts_.environment, signals_.mask_before());
  auto result = wait_for(child);
  child.stop();
  if (!result || !result->token) parts_.file.clear_leftovers();
  return result;
} catch (const std::system_error& error) {
  // For example too many processes, a state that may pass.
  return Attempt{.token = {}, .failure = Failure(ExitCode::local_state, protocol::escape(error.what()))};
}

std::optional<Attempt> Watcher::wait_for(os::ChildProcess& child) {
  const BootTime deadline = BootClock::now() + parts_.longest_attempt;
  while (true) {
    const WakeReason reason = signals_.wait(std::min(next_due(), deadline), child.output_fd());
    if (reason == WakeReason::by_stop) return std::nullopt;
    if (reason == WakeReason::by_hup) is_hup_pending_ = true;
    if (reason == WakeReason::by_bytes && child.read()) return finish(child);
    handle_due_events();
    if (BootClock::now() >= deadline)
      return Attempt{.token = {},
                     .failure = Failure(ExitCode::local_state, "the process that refreshes it does not end")};
  }
}

Attempt Watcher::finish(os::ChildProcess& child) {
  const int code = child.wait_for_exit().value_or(static_cast<int>(ExitCode::internal_error));
  Attempt attempt = Attempt::parse(child.output(), code);
  const BootTime now = BootClock::now();
  if (!failure_ && !attempt.warnings.empty() && attempt.warnings != warnings_ && now >= next_warning_) {
    warnings_ = attempt.warnings;
    next_warning_ = now + warning_interval;
    for (const std::string& line : warnings_)
      parts_.diagnostics.relay(line);
  }
  return attempt;
}

/// When handle_due_events() has something to do.
BootTime Watcher::next_due() const {
  const BootTime expiry = current_ ? *schedule_.end() : BootTime::max();
  const BootTime command_check = command_ ? BootClock::now() + command_check_interval : BootTime::max();
  return std::min({expiry, next_watchdog_ping_, command_check});
}

/// On one boot the earlier of both clocks decides (clock.hpp). The schedule is kept by the boot clock, so it
/// is moved forward when the wall clock has run ahead.
void Watcher::catch_up_with_wall_clock() {
  const ClockReading last = std::exchange(checked_at_, ClockReading::now());
  const seconds lag = (checked_at_.wall - last.wall) - (checked_at_.boot - last.boot);
  if (lag > seconds(1)) schedule_.advance(lag);  // a second may be due to rounding
}

void Watcher::handle_due_events() {
  catch_up_with_wall_clock();
  check_command();
  const BootTime now = BootClock::now();
  if (current_ && now >= *schedule_.end()) remove_expired_file();
  if (now < next_watchdog_ping_) return;
  if (parts_.watchdog) notify("WATCHDOG=1\n");
  // sd_watchdog_enabled(3) recommends half of the time.
  next_watchdog_ping_ = parts_.watchdog ? now + *parts_.watchdog / 2 : BootTime::max();
}

void Watcher::apply(Attempt attempt) {
  if (attempt.token)
    apply_token(std::move(*attempt.token), attempt.failure.has_value());
  else
    schedule_.failed(BootClock::now(), random_fraction());
  if (attempt.failure)
    report_failure(*attempt.failure);
  else if (!current_->is_due_for_refresh)
    report_recovery();
  notify_status();
}

void Watcher::apply_token(TokenReport token, bool has_failed) {
  const bool is_new = !current_ || current_->token != token.token;
  current_ = std::move(token);
  const BootTime now = BootClock::now();
  // A new token sets the expiry, even if it is due for refresh already.
  if (is_new || !current_->is_due_for_refresh)
    schedule_.renewed(now, current_->left, current_->refresh_ahead, random_fraction());
  if (has_failed || (!is_new && current_->is_due_for_refresh)) schedule_.failed(now, random_fraction());
  if (is_new && !parts_.command.empty()) start_command();
}

/// A command that still runs is for an older token, so it is stopped.
void Watcher::start_command() try {
  static const std::string shell = "/bin/sh";
  const std::array<std::string, 3> arguments = {"sh", "-c", parts_.command};
  check_command();
  if (command_) command_->stop();
  command_.emplace(os::SpawnCall{.program = shell,
                                 .arguments = arguments,
                                 .environment = parts_.command_environment,
                                 .output = 2,  // the watcher writes nothing to its standard output
                                 .leads = os::Leads::process_group,
                                 .mask = signals_.mask_before()});
  command_deadline_ = BootClock::now() + parts_.longest_command;
} catch (const std::system_error& error) {
  command_.reset();
  parts_.diagnostics.warning("the command of '--exec' cannot be run: " + protocol::escape(error.what()));
}

void Watcher::check_command() {
  if (!command_) return;
  const std::string command = "the command of '--exec' ";
  if (command_->has_ended()) {
    const os::SubprocessResult result{.output = {}, .wait_status = command_->wait()};
    const auto code = result.exit_code();
    if (!code)
      parts_.diagnostics.warning(command + "was ended by signal " + result.describe_signal());
    else if (*code != 0)
      parts_.diagnostics.warning(command + "failed with exit code " + std::to_string(*code));
  } else if (BootClock::now() >= command_deadline_) {
    command_->stop();
    parts_.diagnostics.warning(command + "did not end within " +
                               protocol::describe_duration(to_seconds(parts_.longest_command)) +
                               " and was stopped");
  } else {
    return;
  }
  command_.reset();
}

/// A failure with the same exit code as the one before is not repeated.
void Watcher::report_failure(const Failure& failure) {
  if (!failure_) failing_since_ = BootClock::now();
  if (!failure_ || failure_->code != failure.code) {
    std::string text = quoted_file() + " is not renewed: " + failure.what();
    if (current_)
      text += "; its token is good for " +
              protocol::describe_duration(to_seconds(*schedule_.end() - BootClock::now()));
    parts_.diagnostics.warning(text);
    if (!failure.hint.empty()) parts_.diagnostics.hint(failure.hint);
  }
  failure_ = failure;
}

void Watcher::report_recovery() {
  if (!std::exchange(failure_, std::nullopt)) return;
  parts_.diagnostics.info(quoted_file() + " is fresh again, after " +
                          protocol::describe_duration(to_seconds(BootClock::now() - failing_since_)));
}

/// Readers handle a missing file better than a token that the service rejects.
void Watcher::remove_expired_file() {
  const TokenReport expired = *std::exchange(current_, std::nullopt);
  if (parts_.file.remove(expired.file))
    parts_.diagnostics.warning(quoted_file() +
                               " is removed: its token has expired, and there is no new one yet");
  notify_status();
}

void Watcher::notify_status() const {
  std::string status = "STATUS=" + quoted_file();
  if (current_) {
    const auto expiry = ClockReading::now().wall + to_seconds(*schedule_.end() - BootClock::now());
    status += " is good until " + protocol::format_rfc3339(expiry);
  } else {
    status += " is not there";
  }
  if (failure_) status += std::string("; not renewed: ") + failure_->what();
  notify(status + '\n');
}

std::string Watcher::quoted_file() const { return '\'' + protocol::escape(parts_.file.path()) + '\''; }

}  // namespace sase::watch
