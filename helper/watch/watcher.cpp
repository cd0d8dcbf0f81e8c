// SPDX-License-Identifier: Apache-2.0
#include "helper/watch/watcher.hpp"

#include "protocol/escape.hpp"
#include "protocol/time.hpp"

#include <sodium.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace sase::watch {

namespace {

using os::WakeReason;
using std::chrono::seconds;

/// How often the watcher checks that the file still exists.
constexpr std::chrono::minutes file_check_interval{1};

/// At least 0 and below 1.
double random_fraction() noexcept {
  return ::randombytes_random() / 4294967296.0;
}

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
  return ExitCode::success;
}

/// False after a signal to stop.
bool Watcher::wait_for_next_attempt() {
  while (!std::exchange(is_hup_pending_, false)) {
    const WakeReason reason = signals_.wait(next_event());
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
    const BootTime expiry = current_ ? *schedule_.end() : BootTime::max();
    const WakeReason reason =
        signals_.wait(std::min({next_watchdog_ping_, expiry, deadline}), child.output_fd());
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
  if (!failure_ && !attempt.warnings.empty() && attempt.warnings != warnings_) {
    warnings_ = attempt.warnings;
    for (const std::string& line : warnings_)
      parts_.diagnostics.relay(line);
  }
  return attempt;
}

BootTime Watcher::next_event() const {
  const BootTime expiry = current_ ? *schedule_.end() : BootTime::max();
  return std::min({schedule_.next(), expiry, next_watchdog_ping_, BootClock::now() + file_check_interval});
}

/// On one boot the earlier of both clocks decides (clock.hpp), and the schedule is kept by the boot clock.
void Watcher::catch_up_with_wall_clock() {
  const ClockReading last = std::exchange(checked_at_, ClockReading::now());
  const seconds lag = (checked_at_.wall - last.wall) - (checked_at_.boot - last.boot);
  if (lag > seconds(1)) schedule_.advance(lag);  // a second may be due to rounding
}

void Watcher::handle_due_events() {
  catch_up_with_wall_clock();
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

std::string Watcher::quoted_file() const {
  return '\'' + protocol::escape(parts_.file.path()) + '\'';
}

}  // namespace sase::watch
