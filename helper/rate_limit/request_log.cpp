// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/request_log.hpp"

#include "helper/cache/digest.hpp"
#include "protocol/git/message.hpp"
#include "protocol/protocol_error.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>
#include <variant>

namespace sase::rate_limit {

namespace {

using protocol::ProtocolError;

/// Far more than any rule looks at.
constexpr std::size_t most_requests_kept = 64;

/// Divides the lines of the ledger's own message from the failure, which is written as the authorizer's reply
/// is.
constexpr std::string_view end_of_message = "\n\n";

std::string hexadecimal(const BootId& boot) {
  std::string text;
  cache::append_hexadecimal(text, {reinterpret_cast<const unsigned char*>(boot.data()), boot.size()});
  return text;
}

void append(std::string& text, std::string_view key, std::int64_t value) {
  text += key;
  text += '=';
  text += std::to_string(value);
  text += '\n';
}

std::int64_t number_of(const protocol::Attribute& attribute) {
  std::int64_t number = 0;
  const char* const end = attribute.value.data() + attribute.value.size();
  const auto [stop, error] = std::from_chars(attribute.value.data(), end, number);
  if (error != std::errc{} || stop != end || number < 0) throw ProtocolError("not a number");
  return number;
}

/// A time that lies behind us; times come only from this clock.
BootTime past_of(const protocol::Attribute& attribute, BootTime now) {
  const BootTime instant(number_of(attribute));
  if (instant > now) throw ProtocolError("a time to come");
  return instant;
}

std::chrono::seconds lifetime_of(const protocol::Attribute& attribute) {
  const std::chrono::seconds lifetime(number_of(attribute));
  if (lifetime > protocol::longest_lifetime) throw ProtocolError("longer than a token lives");
  return lifetime;
}

BootTime end_of_pause_of(const protocol::Attribute& attribute, BootTime now) {
  const BootTime end(number_of(attribute));
  if (end - now > longest_rejection_pause) throw ProtocolError("longer than a pause");
  return end;
}

LastSuccess& grant_of(RequestLog& log) {
  return log.grant ? *log.grant : log.grant.emplace();
}

LastFailure& failure_of(RequestLog& log) {
  return log.failure ? *log.failure : log.failure.emplace();
}

void take_request(RequestLog& log, BootTime at) {
  if (log.requests.size() == most_requests_kept) throw ProtocolError("too many requests");
  log.requests.push_back(at);
}

void take(RequestLog& log, const protocol::Attribute& attribute, BootTime now) {
  const std::string_view key = attribute.key;
  if (key == "request[]")
    take_request(log, past_of(attribute, now));
  else if (key == "failed_at")
    failure_of(log).at = past_of(attribute, now);
  else if (key == "route")
    failure_of(log).network_fingerprint = attribute.value;
  else if (key == "refused_key")
    failure_of(log).key = attribute.value;
  else if (key == "confirmed_at")
    failure_of(log).confirmed = past_of(attribute, now);
  else if (key == "granted_at")
    grant_of(log).at = past_of(attribute, now);
  else if (key == "lifetime")
    grant_of(log).lifetime = lifetime_of(attribute);
  else if (key == "after_erase")
    grant_of(log).after_erase = number_of(attribute) != 0;
  else if (key == "too_short")
    grant_of(log).too_short = number_of(attribute) != 0;
  else if (key == "ahead")
    grant_of(log).ahead = number_of(attribute) != 0;
  else if (key == "renewal_begun")
    log.refresh_started = past_of(attribute, now);
  else if (key == "erased")
    log.erased = number_of(attribute) != 0;
  else if (key == "strikes")
    log.consecutive_rejections =
        static_cast<unsigned>(std::min<std::int64_t>(number_of(attribute), most_requests_kept));
  else if (key == "paused_until")
    log.paused_until = end_of_pause_of(attribute, now);
  else
    throw ProtocolError("an unknown key");
}

RequestLog parse_strictly(std::string_view bytes, const BootId& boot, BootTime now) {
  // Both parts end like this; without it the last line may be cut.
  if (!bytes.ends_with(end_of_message)) throw ProtocolError("no end");
  const auto end = bytes.find(end_of_message);
  protocol::MessageReader reader(bytes.substr(0, end + 1));
  const auto first = reader.next();
  if (!first || first->key != "boot" || first->value != hexadecimal(boot)) return {};
  RequestLog log;
  while (const auto attribute = reader.next())
    take(log, *attribute, now);
  if (!log.failure) return log;
  auto reply = protocol::AuthorizeReply::parse(bytes.substr(end + end_of_message.size()));
  log.failure->auth_error = std::get<protocol::AuthError>(std::move(reply.outcome));
  return log;
}

}  // namespace

std::string RequestLog::write(const BootId& boot) const {
  std::string text = "boot=" + hexadecimal(boot) + '\n';
  for (const BootTime at : requests)
    append(text, "request[]", at.count());
  if (grant) {
    append(text, "granted_at", grant->at.count());
    append(text, "lifetime", grant->lifetime.count());
    append(text, "after_erase", grant->after_erase ? 1 : 0);
    append(text, "too_short", grant->too_short ? 1 : 0);
    append(text, "ahead", grant->ahead ? 1 : 0);
  }
  if (refresh_started) append(text, "renewal_begun", refresh_started->count());
  append(text, "erased", erased ? 1 : 0);
  append(text, "strikes", consecutive_rejections);
  append(text, "paused_until", paused_until.count());
  if (failure) {
    append(text, "failed_at", failure->at.count());
    text += "route=" + failure->network_fingerprint + '\n';
    if (!failure->key.empty()) {
      text += "refused_key=" + failure->key + '\n';
      append(text, "confirmed_at", failure->confirmed.count());
    }
  }
  text += '\n';
  if (failure)
    text += protocol::AuthorizeReply{.requests = 0, .outcome = failure->auth_error}.write().reveal();
  return text;
}

RequestLog RequestLog::parse(std::string_view bytes, const BootId& boot, BootTime now) try {
  return parse_strictly(bytes, boot, now);
} catch (const ProtocolError&) {
  return {};
} catch (const std::bad_variant_access&) {
  return {};
}

}  // namespace sase::rate_limit
