// SPDX-License-Identifier: Apache-2.0
#include "helper/watch/watcher.hpp"

#include "helper/diagnose/duration_text.hpp"
#include "helper/failure.hpp"
#include "protocol/escape.hpp"
#include "protocol/protocol_error.hpp"
#include "protocol/timestamp.hpp"

#include <algorithm>
#include <cstdint>
#include <system_error>
#include <utility>

#include <sys/random.h>

namespace sase::helper {

namespace {

using std::chrono::seconds;

/// How often it is looked whether the file is still there.
constexpr Instant look_after_file = std::chrono::minutes(1);

/// From 0 to below 1.
double chance() noexcept {
  std::uint32_t bits = 0;
  if (::getrandom(&bits, sizeof bits, GRND_NONBLOCK) < 0) return 0;
  return bits / 4294967296.0;
}

seconds to_seconds(Instant duration) noexcept {
  return std::chrono::duration_cast<seconds>(duration);
}

Round failed_round(Failure failure) {
  return {.token = {}, .trouble = std::move(failure)};
}

Failure unexpected_end() {
  return Failure(ExitCode::bug, "a process of ours ended and said nothing");
}

Failure unanswered() {
  return Failure(ExitCode::local_state, "a process of ours does not end");
}

Round result_of(SideProcess& process) try {
  const auto said = process.result();
  return said ? Round::parse(*said) : failed_round(unexpected_end());
} catch (const protocol::ProtocolError&) {
  return failed_round(unexpected_end());
}

}  // namespace

void Watcher::run() {
  next_sign_ = boot_clock();
  if (first_round() == Goes::on) {
    tell("READY=1\n");
    while (wait_for_round() == Goes::on && round() == Goes::on)
      continue;
  }
  tell("STOPPING=1\nSTATUS=stopped; the file is left as it is\n");
}

Watcher::Goes Watcher::first_round() {
  auto first = look(true);
  if (!first) return Goes::to_its_end;
  if (!first->token) throw Failure(*first->trouble);
  settle(std::move(*first));
  return Goes::on;
}

Watcher::Goes Watcher::round() {
  auto next = look(false);
  if (!next) return Goes::to_its_end;
  settle(std::move(*next));
  return Goes::on;
}

/// Returns when it is time to look, or something asks for it.
Watcher::Goes Watcher::wait_for_round() {
  while (true) {
    if (std::exchange(is_asked_, false)) return Goes::on;
    const Woken woken = wake_ups_.wait(next_event());
    if (woken == Woken::by_stop) return Goes::to_its_end;
    if (woken == Woken::by_hup) return Goes::on;
    do_what_is_due();
    if (boot_clock() >= schedule_.next()) return Goes::on;
    if (!held_ || parts_.file.is_there()) continue;
    held_.reset();
    return Goes::on;
  }
}

/// Nothing when it was told to stop meanwhile.
std::optional<Round> Watcher::look(bool is_first) try {
  const RoundOrder order{.held = held_ ? &*held_ : nullptr,
                         .said = trouble_ ? Diagnostics::Said::all_but_warnings : Diagnostics::Said::all,
                         .is_first = is_first};
  SideProcess process([this, &order] { return parts_.look(order).write(); }, wake_ups_.mask_before());
  auto round = wait_for(process, boot_clock() + parts_.longest_round);
  process.stop();
  if (!round || !round->token) parts_.file.clear_leftovers();
  return round;
} catch (const std::system_error& error) {
  // As where there are too many processes; the next round may do better.
  return failed_round(Failure(ExitCode::local_state, error.what()));
}

/// What it says; nothing when we are told to stop first.
std::optional<Round> Watcher::wait_for(SideProcess& process, Instant deadline) {
  while (true) {
    // The time of the round itself has come, and is not waited for again.
    const Instant end = held_ ? *schedule_.end() : Instant::max();
    const Woken woken = wake_ups_.wait(std::min({next_sign_, end, deadline}), process.fd());
    if (woken == Woken::by_stop) return std::nullopt;
    if (woken == Woken::by_hup) is_asked_ = true;
    if (woken == Woken::by_bytes && process.read()) return result_of(process);
    do_what_is_due();
    if (boot_clock() >= deadline) return failed_round(unanswered());
  }
}

Instant Watcher::next_event() const {
  const Instant end = held_ ? *schedule_.end() : Instant::max();
  return std::min({schedule_.next(), end, next_sign_, boot_clock() + look_after_file});
}

/// What has its time, whatever else goes on.
void Watcher::do_what_is_due() {
  const Instant now = boot_clock();
  if (held_ && now >= *schedule_.end()) expire();
  if (now < next_sign_) return;
  if (!parts_.watchdog) {
    next_sign_ = Instant::max();
    return;
  }
  tell("WATCHDOG=1\n");
  next_sign_ = now + *parts_.watchdog / 2;
}

void Watcher::settle(Round round) {
  const bool in_trouble = round.trouble.has_value();
  if (round.token)
    settle_token(std::move(*round.token), in_trouble);
  else
    schedule_.failed(boot_clock(), chance());
  if (round.trouble)
    begin_trouble(*round.trouble);
  else if (!held_->is_ageing)
    end_trouble();
  tell_status();
}

void Watcher::settle_token(PublishedToken token, bool in_trouble) {
  const bool is_another = !held_ || held_->name != token.name;
  held_ = std::move(token);
  const Instant now = boot_clock();
  // One that is new to us tells when it ends, even where it should have been renewed.
  if (is_another || !held_->is_ageing) schedule_.renewed(now, held_->left, held_->ahead, chance());
  if (in_trouble || (!is_another && held_->is_ageing)) schedule_.failed(now, chance());
}

void Watcher::begin_trouble(const Failure& failure) {
  if (!trouble_) troubled_since_ = boot_clock();
  if (!trouble_ || trouble_->code != failure.code) {
    say().warning(
        file_in_words() + " is not renewed: " + failure.what() +
        (held_ ? "; its token is good for " + spoken(to_seconds(*schedule_.end() - boot_clock())) : ""));
    if (!failure.hint.empty()) say().hint(failure.hint);
  }
  trouble_ = failure;
}

void Watcher::end_trouble() {
  if (!std::exchange(trouble_, std::nullopt)) return;
  say().note(file_in_words() + " is fresh again, after " +
             spoken(to_seconds(boot_clock() - troubled_since_)));
}

/// A reader shall find no file rather than a token that nobody takes.
void Watcher::expire() {
  const PublishedToken dead = *std::exchange(held_, std::nullopt);
  if (parts_.file.remove(dead.mark))
    say().warning(file_in_words() + " is removed: its token has ended, and there is no new one yet");
  tell_status();
}

void Watcher::tell(const std::string& lines) const {
  (void)parts_.manager.tell(lines);
}

void Watcher::tell_status() const {
  std::string status = "STATUS=";
  if (held_) {
    const auto end = Moment::now().wall + to_seconds(*schedule_.end() - boot_clock());
    status += file_in_words() + " is good until " + protocol::format_rfc3339(end);
  } else {
    status += file_in_words() + " is not there";
  }
  if (trouble_) status += std::string("; not renewed: ") + trouble_->what();
  tell(status + '\n');
}

std::string Watcher::file_in_words() const {
  return '\'' + protocol::escape(parts_.file.path()) + '\'';
}

}  // namespace sase::helper
