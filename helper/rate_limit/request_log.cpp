// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/request_log.hpp"

#include "helper/cache/encryption.hpp"
#include "protocol/escape.hpp"
#include "protocol/git/message.hpp"
#include "protocol/protocol_error.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

namespace sase::rate_limit {

namespace {

using protocol::Attribute;
using protocol::ProtocolError;

/// Far more than any rule looks at.
constexpr std::size_t most_requests_kept = 64;

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
  append(log, "while_good", success.while_good ? 1 : 0);
}

void append(std::string& log, const LastFailure& failure) {
  append(log, "failure_at", failure.at);
  append(log, "network", failure.network_fingerprint);
  append(log, "error", to_name(failure.auth_error.kind));
  append(log, "transient", failure.auth_error.transient ? 1 : 0);
  append(log, "what", failure.auth_error.what);
  append(log, "hint", failure.auth_error.hint);
  if (failure.auth_error.retry_after) append(log, "retry_after", failure.auth_error.retry_after->count());
  if (failure.key.empty()) return;
  append(log, "rejected_key", failure.key);
  append(log, "confirmed_at", failure.confirmed);
}

void append(std::string& log, const LockHolder& holder) {
  append(log, "holder_pid", holder.pid);
  append(log, "holder_since", holder.since);
  append(log, "holder_deadline", holder.deadline);
}

std::int64_t parse_number(const Attribute& attribute) {
  std::int64_t number = 0;
  const char* const end = attribute.value.data() + attribute.value.size();
  const auto [stop, error] = std::from_chars(attribute.value.data(), end, number);
  if (error != std::errc{} || stop != end || number < 0) throw ProtocolError("not a number");
  return number;
}

BootTime parse_time(const Attribute& attribute) {
  return BootTime(std::chrono::milliseconds(parse_number(attribute)));
}

/// All writers use this clock, so a time in the future is damage.
BootTime parse_past(const Attribute& attribute, BootTime now) {
  const BootTime time = parse_time(attribute);
  if (time > now) throw ProtocolError("a time in the future");
  return time;
}

std::chrono::seconds parse_lifetime(const Attribute& attribute) {
  const std::chrono::seconds lifetime(parse_number(attribute));
  if (lifetime > protocol::longest_lifetime) throw ProtocolError("longer than a token lives");
  return lifetime;
}

BootTime parse_pause_end(const Attribute& attribute, BootTime now) {
  const BootTime end = parse_time(attribute);
  if (end - now > longest_rejection_pause) throw ProtocolError("later than the longest pause");
  return end;
}

int parse_pid(const Attribute& attribute) {
  constexpr std::int64_t largest_pid = std::int64_t{1} << 22U;  // PID_MAX_LIMIT of 64-bit Linux
  const std::int64_t pid = parse_number(attribute);
  if (pid > largest_pid) throw ProtocolError("not a process id");
  return static_cast<int>(pid);
}

/// 'timeout' may be of any length, but adding to this deadline must not overflow.
BootTime parse_deadline(const Attribute& attribute) {
  constexpr std::chrono::milliseconds latest = std::chrono::hours(24 * 365 * 1000);
  return BootTime(std::min(std::chrono::milliseconds(parse_number(attribute)), latest));
}

std::string parse_text(const Attribute& attribute) {
  if (!protocol::is_printable_text(attribute.value)) throw ProtocolError("not printable");
  return std::string(attribute.value);
}

protocol::ErrorKind parse_error_kind(const Attribute& attribute) {
  const auto kind = protocol::find_error_kind(attribute.value);
  if (!kind) throw ProtocolError("an unknown error");
  return *kind;
}

LastSuccess& success_in(RequestLog& log) {
  return log.success ? *log.success : log.success.emplace();
}

LastFailure& failure_in(RequestLog& log) {
  return log.failure ? *log.failure : log.failure.emplace();
}

void parse_request(RequestLog& log, BootTime at) {
  if (log.requests.size() == most_requests_kept) throw ProtocolError("too many requests");
  log.requests.push_back(at);
}

/// The lines of the last failure; false for any other key.
bool parse_failure(RequestLog& log, const Attribute& attribute, BootTime now) {
  const std::string_view key = attribute.key;
  if (key == "failure_at")
    failure_in(log).at = parse_past(attribute, now);
  else if (key == "network")
    failure_in(log).network_fingerprint = parse_text(attribute);
  else if (key == "error")
    failure_in(log).auth_error.kind = parse_error_kind(attribute);
  else if (key == "transient")
    failure_in(log).auth_error.transient = parse_number(attribute) != 0;
  else if (key == "what")
    failure_in(log).auth_error.what = parse_text(attribute);
  else if (key == "hint")
    failure_in(log).auth_error.hint = parse_text(attribute);
  else if (key == "retry_after")
    failure_in(log).auth_error.retry_after = std::chrono::seconds(parse_number(attribute));
  else if (key == "rejected_key")
    failure_in(log).key = parse_text(attribute);
  else if (key == "confirmed_at")
    failure_in(log).confirmed = parse_past(attribute, now);
  else
    return false;
  return true;
}

/// The lines of the last success; false for any other key.
bool parse_success(RequestLog& log, const Attribute& attribute, BootTime now) {
  const std::string_view key = attribute.key;
  if (key == "success_at")
    success_in(log).at = parse_past(attribute, now);
  else if (key == "lifetime")
    success_in(log).lifetime = parse_lifetime(attribute);
  else if (key == "after_erase")
    success_in(log).after_erase = parse_number(attribute) != 0;
  else if (key == "too_short")
    success_in(log).too_short = parse_number(attribute) != 0;
  else if (key == "while_good")
    success_in(log).while_good = parse_number(attribute) != 0;
  else
    return false;
  return true;
}

/// The lines of the holder of the lock; false for any other key.
bool parse_holder(RequestLog& log, const Attribute& attribute, BootTime now) {
  const auto holder = [&log]() -> LockHolder& { return log.holder ? *log.holder : log.holder.emplace(); };
  if (attribute.key == "holder_pid")
    holder().pid = parse_pid(attribute);
  else if (attribute.key == "holder_since")
    holder().since = parse_past(attribute, now);
  else if (attribute.key == "holder_deadline")
    holder().deadline = parse_deadline(attribute);
  else
    return false;
  return true;
}

void parse_line(RequestLog& log, const Attribute& attribute, BootTime now) {
  const std::string_view key = attribute.key;
  if (parse_failure(log, attribute, now) || parse_success(log, attribute, now) ||
      parse_holder(log, attribute, now))
    return;
  if (key == "request[]")
    parse_request(log, parse_past(attribute, now));
  else if (key == "refresh_started_at")
    log.refresh_started = parse_past(attribute, now);
  else if (key == "erased")
    log.erased = parse_number(attribute) != 0;
  else if (key == "consecutive_rejections")
    log.consecutive_rejections =
        static_cast<unsigned>(std::min<std::int64_t>(parse_number(attribute), most_requests_kept));
  else if (key == "paused_until")
    log.paused_until = parse_pause_end(attribute, now);
  else
    throw ProtocolError("an unknown key");
}

RequestLog parse_strictly(std::string_view bytes, const BootId& boot, BootTime now) {
  if (!bytes.ends_with(end_of_log) || bytes.find(end_of_log) != bytes.size() - end_of_log.size())
    throw ProtocolError("no end");
  protocol::MessageReader reader(bytes);
  const auto first = reader.next();
  if (!first || first->key != "boot" || first->value != hexadecimal(boot)) return {};
  RequestLog log;
  while (const auto attribute = reader.next())
    parse_line(log, *attribute, now);
  if (log.failure && log.failure->auth_error.what.empty()) throw ProtocolError("a failure without a message");
  return log;
}

}  // namespace

std::string RequestLog::write(const BootId& boot) const {
  std::string log;
  append(log, "boot", hexadecimal(boot));
  for (const BootTime at : requests)
    append(log, "request[]", at);
  if (success) append(log, *success);
  if (refresh_started) append(log, "refresh_started_at", *refresh_started);
  append(log, "erased", erased ? 1 : 0);
  append(log, "consecutive_rejections", consecutive_rejections);
  append(log, "paused_until", paused_until);
  if (failure) append(log, *failure);
  if (holder) append(log, *holder);
  return log += '\n';
}

RequestLog RequestLog::parse(std::string_view bytes, const BootId& boot, BootTime now) try {
  return parse_strictly(bytes, boot, now);
} catch (const ProtocolError&) {
  return {};
}

}  // namespace sase::rate_limit
