// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/request_log.hpp"

#include "helper/cache/encryption.hpp"
#include "protocol/escape.hpp"
#include "protocol/git/credential.hpp"
#include "protocol/parsing.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace sase::rate_limit {

namespace {

using protocol::ProtocolError;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// An empty line ends the log: without it the last line may be cut.
constexpr std::string_view end_of_log = "\n\n";

std::string hexadecimal(const BootId& boot) {
  return cache::to_hexadecimal({reinterpret_cast<const unsigned char*>(boot.data()), boot.size()});
}

void append(std::string& log, std::string_view key, std::string_view value) {
  if (!protocol::is_printable_text(value)) throw ProtocolError("a value is not printable");
  log.append(key).append("=").append(value).append("\n");
}

void append(std::string& log, std::string_view key, std::int64_t value) {
  append(log, key, std::to_string(value));
}

void append(std::string& log, std::string_view key, BootTime time) {
  append(log, key, time.time_since_epoch().count());
}

void append(std::string& log, const LastSuccess& success) {
  append(log, "success_at", success.at);
  append(log, "lifetime", success.lifetime.count());
  append(log, "after_erase", success.after_erase ? 1 : 0);
  append(log, "too_short", success.too_short ? 1 : 0);
  append(log, "was_refresh", success.was_refresh ? 1 : 0);
  if (!success.tag.empty()) append(log, "tag", success.tag);
}

void append(std::string& log, const LastFailure& failure) {
  append(log, "error", to_name(failure.auth_error.kind));
  append(log, "what", failure.auth_error.what);
  append(log, "hint", failure.auth_error.hint);
  if (failure.auth_error.retry_after) append(log, "retry_after", failure.auth_error.retry_after->count());
  append(log, "failure_at", failure.at);
  append(log, "network", failure.network_fingerprint);
  append(log, "rejected_key_fingerprint", failure.rejected_key_fingerprint);
  append(log, "rejected_key_last_seen", failure.rejected_key_last_seen);
}

void append(std::string& log, const FleetMemory& fleet) {
  if (fleet.last_use) {
    append(log, "fleet_use", fleet_uses[static_cast<std::size_t>(*fleet.last_use)]);
    append(log, "used_at", fleet.last_used);
  }
  if (fleet.unavailable_since) {
    append(log, "down_at", *fleet.unavailable_since);
    append(log, "retry_at", fleet.retry_at);
    append(log, "fleet_error", fleet.error);
  }
  if (fleet.damage_reported) append(log, "damage_at", *fleet.damage_reported);
  for (const std::string& tag : fleet.rejected_tags)
    append(log, "rejected[]", tag);
  if (!fleet.rejected_tags.empty()) append(log, "rejected_at", fleet.rejected_at);
}

void append(std::string& log, const LockHolder& holder) {
  append(log, "holder_pid", holder.pid);
  append(log, "holder_since", holder.since);
  append(log, "holder_deadline", holder.deadline);
}

/// Reads the lines in the order in which they are written. Each function throws ProtocolError.
class Lines {
 public:
  Lines(std::string_view text, BootTime now) : reader_(text), now_(now), line_(reader_.next()) {}

  [[nodiscard]] BootTime now() const noexcept { return now_; }

  /// Whether there is a further line; with this key.
  [[nodiscard]] bool any() const noexcept { return line_.has_value(); }
  [[nodiscard]] bool next_is(std::string_view key) const noexcept { return line_ && line_->key == key; }

  std::string text(std::string_view key) {
    if (!next_is(key)) throw ProtocolError("a line is missing");
    std::string value(std::exchange(line_, reader_.next())->value);
    if (!protocol::is_printable_text(value)) throw ProtocolError("a value is not printable");
    return value;
  }

  std::int64_t number(std::string_view key, std::int64_t largest = std::numeric_limits<std::int64_t>::max()) {
    const std::string value = text(key);
    const char* const end = value.data() + value.size();
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(value.data(), end, number);
    if (error != std::errc{} || stop != end || number < 0 || number > largest)
      throw ProtocolError("not a valid number");
    return number;
  }

  bool flag(std::string_view key) { return number(key, 1) != 0; }

  /// All writers use this clock, so a time in the future is damage, except one that is planned.
  BootTime time(std::string_view key, milliseconds ahead = {}) {
    return BootTime(milliseconds(number(key, (now_ + ahead).time_since_epoch().count())));
  }

 private:
  protocol::MessageReader reader_;
  BootTime now_;
  std::optional<protocol::Attribute> line_;
};

LastSuccess read_success(Lines& lines) {
  return {.at = lines.time("success_at"),
          .lifetime = seconds(lines.number("lifetime", protocol::longest_lifetime.count())),
          .after_erase = lines.flag("after_erase"),
          .too_short = lines.flag("too_short"),
          .was_refresh = lines.flag("was_refresh"),
          .tag = lines.next_is("tag") ? lines.text("tag") : std::string()};
}

protocol::AuthError read_auth_error(Lines& lines) {
  const auto kind = protocol::find_error_kind(lines.text("error"));
  if (!kind) throw ProtocolError("an unknown kind of error");
  return {.kind = *kind,
          .what = lines.text("what"),
          .hint = lines.text("hint"),
          .retry_after = lines.next_is("retry_after") ? std::optional(seconds(lines.number("retry_after")))
                                                      : std::nullopt};
}

LastFailure read_failure(Lines& lines) {
  return {.auth_error = read_auth_error(lines),
          .at = lines.time("failure_at"),
          .network_fingerprint = lines.text("network"),
          .rejected_key_fingerprint = lines.text("rejected_key_fingerprint"),
          .rejected_key_last_seen = lines.time("rejected_key_last_seen")};
}

FleetUse read_fleet_use(Lines& lines) {
  const auto* const found = std::ranges::find(fleet_uses, lines.text("fleet_use"));
  if (found == fleet_uses.end()) throw ProtocolError("an unknown use");
  return static_cast<FleetUse>(found - fleet_uses.begin());
}

FleetMemory read_fleet(Lines& lines) {
  constexpr milliseconds longest_pause = std::chrono::minutes(1);
  FleetMemory fleet;
  if (lines.next_is("fleet_use")) {
    fleet.last_use = read_fleet_use(lines);
    fleet.last_used = lines.time("used_at");
  }
  if (lines.next_is("down_at")) {
    fleet.unavailable_since = lines.time("down_at");
    fleet.retry_at = lines.time("retry_at", longest_pause);
    fleet.error = lines.text("fleet_error");
  }
  if (lines.next_is("damage_at")) fleet.damage_reported = lines.time("damage_at");
  while (lines.next_is("rejected[]"))
    fleet.rejected_tags.push_back(lines.text("rejected[]"));
  if (fleet.rejected_tags.empty()) return fleet;
  fleet.rejected_at = lines.time("rejected_at");
  if (lines.now() - fleet.rejected_at >= protocol::longest_lifetime) fleet.rejected_tags.clear();
  return fleet;
}

LockHolder read_holder(Lines& lines) {
  constexpr std::int64_t largest_pid = std::int64_t{1} << 22U;  // PID_MAX_LIMIT of 64-bit Linux
  // 'timeout' may be of any length, but adding to this deadline must not overflow.
  constexpr milliseconds latest = std::chrono::hours(24 * 365 * 1000);
  return {.pid = static_cast<int>(lines.number("holder_pid", largest_pid)),
          .since = lines.time("holder_since"),
          .deadline = BootTime(std::min(milliseconds(lines.number("holder_deadline")), latest))};
}

RequestLog read_log(Lines& lines) {
  constexpr std::int64_t most_rejections = std::numeric_limits<unsigned>::max();
  RequestLog log;
  log.sequence = lines.number("sequence");
  log.has_taken_over = lines.flag("has_taken_over");
  while (lines.next_is("request[]"))
    log.requests.push_back(lines.time("request[]"));
  if (lines.next_is("success_at")) log.success = read_success(lines);
  if (lines.next_is("refresh_started_at")) log.refresh_started = lines.time("refresh_started_at");
  log.erased = lines.flag("erased");
  log.consecutive_rejections = static_cast<unsigned>(lines.number("consecutive_rejections", most_rejections));
  log.paused_until = lines.time("paused_until", longest_rejection_pause);
  if (lines.next_is("error")) log.failure = read_failure(lines);
  log.fleet = read_fleet(lines);
  if (lines.next_is("holder_pid")) log.holder = read_holder(lines);
  if (lines.any()) throw ProtocolError("an unknown line");
  return log;
}

}  // namespace

std::string RequestLog::write(const BootId& boot) const {
  std::string log;
  append(log, "boot", hexadecimal(boot));
  append(log, "sequence", sequence);
  append(log, "has_taken_over", has_taken_over ? 1 : 0);
  for (const BootTime at : requests)
    append(log, "request[]", at);
  if (success) append(log, *success);
  if (refresh_started) append(log, "refresh_started_at", *refresh_started);
  append(log, "erased", erased ? 1 : 0);
  append(log, "consecutive_rejections", consecutive_rejections);
  append(log, "paused_until", paused_until);
  if (failure) append(log, *failure);
  append(log, fleet);
  if (holder) append(log, *holder);
  return log += '\n';
}

RequestLog RequestLog::parse(std::string_view bytes, const BootId& boot, BootTime now) try {
  if (bytes.find(end_of_log) != bytes.size() - end_of_log.size()) throw ProtocolError("no end");
  Lines lines(bytes, now);
  return lines.text("boot") == hexadecimal(boot) ? read_log(lines) : RequestLog{};
} catch (const ProtocolError&) {
  return {};
}

}  // namespace sase::rate_limit
