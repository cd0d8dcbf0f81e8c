// SPDX-License-Identifier: Apache-2.0
#include "helper/watch/watcher.hpp"

#include "helper/failure.hpp"
#include "protocol/escape.hpp"
#include "protocol/protocol_error.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <cstdint>
#include <system_error>
#include <utility>

#include <sys/random.h>

namespace sase::watch {

namespace {

using std::chrono::seconds;

/// How often it is looked whether the file is still there.
constexpr BootTime look_after_file = std::chrono::minutes(1);

/// From 0 to below 1.
double chance() noexcept {
  std::uint32_t bits = 0;
  if (::getrandom(&bits, sizeof bits, GRND_NONBLOCK) < 0) return 0;
  return bits / 4294967296.0;
}

seconds to_seconds(BootTime duration) noexcept {
  return std::chrono::duration_cast<seconds>(duration);
}

RefreshAttempt failed_round(Failure failure) {
  return {.token = {}, .trouble = std::move(failure)};
}

Failure unexpected_end() {
  return Failure(ExitCode::internal_error, "a process of ours ended and said nothing");
}

Failure unanswered() {
  return Failure(ExitCode::local_state, "a process of ours does not end");
}

RefreshAttempt result_of(os::SideProcess& process) try {
  const auto said = process.result();
  return said ? RefreshAttempt::parse(*said) : failed_round(unexpected_end());
} catch (const protocol::ProtocolError&) {
  return failed_round(unexpected_end());
}

}  // namespace

void Watcher::run() {
  next_watchdog_ping_ = boot_clock();
  if (first_round() == Continue::on) {
    tell("READY=1\n");
    while (wait_for_round() == Continue::on && round() == Continue::on)
      continue;
  }
  tell("STOPPING=1\nSTATUS=stopped; the file is left as it is\n");
}

Watcher::Continue Watcher::first_round() {
  auto first = look(true);
  if (!first) return Continue::to_its_end;
  if (!first->token) throw Failure(*first->trouble);
  apply(std::move(*first));
  return Continue::on;
}

Watcher::Continue Watcher::round() {
  auto next = look(false);
  if (!next) return Continue::to_its_end;
  apply(std::move(*next));
  return Continue::on;
}

/// Returns when it is time to look, or something asks for it.
Watcher::Continue Watcher::wait_for_round() {
  while (true) {
    if (std::exchange(is_asked_, false)) return Continue::on;
    const os::WakeReason woken = wake_ups_.wait(next_event());
    if (woken == os::WakeReason::by_stop) return Continue::to_its_end;
    if (woken == os::WakeReason::by_hup) return Continue::on;
    do_what_is_due();
    if (boot_clock() >= schedule_.next()) return Continue::on;
    if (!current_ || parts_.file.is_there()) continue;
    current_.reset();
    return Continue::on;
  }
}

/// Nothing when it was told to stop meanwhile.
std::optional<RefreshAttempt> Watcher::look(bool is_first) try {
  const RefreshOptions order{
      .current = current_ ? &*current_ : nullptr,
      .said = warning_ ? Diagnostics::Verbosity::all_but_warnings : Diagnostics::Verbosity::all,
      .is_first = is_first};
  os::SideProcess process([this, &order] { return parts_.look(order).write(); }, wake_ups_.mask_before());
  auto round = wait_for(process, boot_clock() + parts_.longest_round);
  process.stop();
  if (!round || !round->token) parts_.file.clear_leftovers();
  return round;
} catch (const std::system_error& error) {
  // As where there are too many processes; the next round may do better.
  return failed_round(Failure(ExitCode::local_state, error.what()));
}

/// What it says; nothing when we are told to stop first.
std::optional<RefreshAttempt> Watcher::wait_for(os::SideProcess& process, BootTime deadline) {
  while (true) {
    // The time of the round itself has come, and is not waited for again.
    const BootTime end = current_ ? *schedule_.end() : BootTime::max();
    const os::WakeReason woken = wake_ups_.wait(std::min({next_watchdog_ping_, end, deadline}), process.fd());
    if (woken == os::WakeReason::by_stop) return std::nullopt;
    if (woken == os::WakeReason::by_hup) is_asked_ = true;
    if (woken == os::WakeReason::by_bytes && process.read()) return result_of(process);
    do_what_is_due();
    if (boot_clock() >= deadline) return failed_round(unanswered());
  }
}

BootTime Watcher::next_event() const {
  const BootTime end = current_ ? *schedule_.end() : BootTime::max();
  return std::min({schedule_.next(), end, next_watchdog_ping_, boot_clock() + look_after_file});
}

/// What has its time, whatever else goes on.
void Watcher::do_what_is_due() {
  const BootTime now = boot_clock();
  if (current_ && now >= *schedule_.end()) expire();
  if (now < next_watchdog_ping_) return;
  if (!parts_.watchdog) {
    next_watchdog_ping_ = BootTime::max();
    return;
  }
  tell("WATCHDOG=1\n");
  next_watchdog_ping_ = now + *parts_.watchdog / 2;
}

void Watcher::apply(RefreshAttempt round) {
  const bool in_trouble = round.trouble.has_value();
  if (round.token)
    settle_token(std::move(*round.token), in_trouble);
  else
    schedule_.failed(boot_clock(), chance());
  if (round.trouble)
    begin_trouble(*round.trouble);
  else if (!current_->is_due_for_refresh)
    end_trouble();
  notify_status();
}

void Watcher::settle_token(PublishedToken token, bool in_trouble) {
  const bool is_another = !current_ || current_->name != token.name;
  current_ = std::move(token);
  const BootTime now = boot_clock();
  // One that is new to us tells when it ends, even where it should have been renewed.
  if (is_another || !current_->is_due_for_refresh)
    schedule_.renewed(now, current_->left, current_->ahead, chance());
  if (in_trouble || (!is_another && current_->is_due_for_refresh)) schedule_.failed(now, chance());
}

void Watcher::begin_trouble(const Failure& failure) {
  if (!warning_) troubled_since_ = boot_clock();
  if (!warning_ || warning_->code != failure.code) {
    say().warning(file_in_words() + " is not renewed: " + failure.what() +
                  (current_ ? "; its token is good for " +
                                  protocol::describe_duration(to_seconds(*schedule_.end() - boot_clock()))
                            : ""));
    if (!failure.hint.empty()) say().hint(failure.hint);
  }
  warning_ = failure;
}

void Watcher::end_trouble() {
  if (!std::exchange(warning_, std::nullopt)) return;
  say().note(file_in_words() + " is fresh again, after " +
             protocol::describe_duration(to_seconds(boot_clock() - troubled_since_)));
}

/// A reader shall find no file rather than a token that nobody takes.
void Watcher::expire() {
  const PublishedToken dead = *std::exchange(current_, std::nullopt);
  if (parts_.file.remove(dead.mark))
    say().warning(file_in_words() + " is removed: its token has ended, and there is no new one yet");
  notify_status();
}

void Watcher::tell(const std::string& lines) const {
  (void)parts_.manager.tell(lines);
}

void Watcher::notify_status() const {
  std::string status = "STATUS=";
  if (current_) {
    const auto end = ClockReading::now().wall + to_seconds(*schedule_.end() - boot_clock());
    status += file_in_words() + " is good until " + protocol::format_rfc3339(end);
  } else {
    status += file_in_words() + " is not there";
  }
  if (warning_) status += std::string("; not renewed: ") + warning_->what();
  tell(status + '\n');
}

std::string Watcher::file_in_words() const {
  return '\'' + protocol::escape(parts_.file.path()) + '\'';
}

}  // namespace sase::watch
