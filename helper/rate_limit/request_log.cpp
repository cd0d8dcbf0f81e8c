// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/request_log.hpp"

#include "helper/cache/digest.hpp"
#include "protocol/git/message.hpp"
#include "protocol/lifetime.hpp"
#include "protocol/protocol_error.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>
#include <variant>

namespace sase::helper {

namespace {

using protocol::ProtocolError;

/// Far more than any rule looks at.
constexpr std::size_t most_requests_kept = 64;

/// Divides the lines of the ledger's own message from the failure, which is written as the authorizer's reply
/// is.
constexpr std::string_view end_of_message = "\n\n";

std::string hexadecimal(const BootId& boot) {
  std::string text;
  append_hexadecimal(text, {reinterpret_cast<const unsigned char*>(boot.data()), boot.size()});
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
Instant past_of(const protocol::Attribute& attribute, Instant now) {
  const Instant instant(number_of(attribute));
  if (instant > now) throw ProtocolError("a time to come");
  return instant;
}

std::chrono::seconds lifetime_of(const protocol::Attribute& attribute) {
  const std::chrono::seconds lifetime(number_of(attribute));
  if (lifetime > protocol::longest_lifetime) throw ProtocolError("longer than a token lives");
  return lifetime;
}

Instant end_of_pause_of(const protocol::Attribute& attribute, Instant now) {
  const Instant end(number_of(attribute));
  if (end - now > longest_rejection_pause) throw ProtocolError("longer than a pause");
  return end;
}

PastGrant& grant_of(History& history) {
  return history.grant ? *history.grant : history.grant.emplace();
}

PastFailure& failure_of(History& history) {
  return history.failure ? *history.failure : history.failure.emplace();
}

void take_request(History& history, Instant at) {
  if (history.requests.size() == most_requests_kept) throw ProtocolError("too many requests");
  history.requests.push_back(at);
}

void take(History& history, const protocol::Attribute& attribute, Instant now) {
  const std::string_view key = attribute.key;
  if (key == "request[]")
    take_request(history, past_of(attribute, now));
  else if (key == "failed_at")
    failure_of(history).at = past_of(attribute, now);
  else if (key == "route")
    failure_of(history).route = attribute.value;
  else if (key == "refused_key")
    failure_of(history).key = attribute.value;
  else if (key == "confirmed_at")
    failure_of(history).confirmed = past_of(attribute, now);
  else if (key == "granted_at")
    grant_of(history).at = past_of(attribute, now);
  else if (key == "lifetime")
    grant_of(history).lifetime = lifetime_of(attribute);
  else if (key == "after_erase")
    grant_of(history).after_erase = number_of(attribute) != 0;
  else if (key == "too_short")
    grant_of(history).too_short = number_of(attribute) != 0;
  else if (key == "ahead")
    grant_of(history).ahead = number_of(attribute) != 0;
  else if (key == "renewal_begun")
    history.renewal_begun = past_of(attribute, now);
  else if (key == "erased")
    history.erased = number_of(attribute) != 0;
  else if (key == "strikes")
    history.strikes = static_cast<unsigned>(std::min<std::int64_t>(number_of(attribute), most_requests_kept));
  else if (key == "paused_until")
    history.paused_until = end_of_pause_of(attribute, now);
  else
    throw ProtocolError("an unknown key");
}

History parse_strictly(std::string_view bytes, const BootId& boot, Instant now) {
  // Both parts end like this; without it the last line may be cut.
  if (!bytes.ends_with(end_of_message)) throw ProtocolError("no end");
  const auto end = bytes.find(end_of_message);
  protocol::MessageReader reader(bytes.substr(0, end + 1));
  const auto first = reader.next();
  if (!first || first->key != "boot" || first->value != hexadecimal(boot)) return {};
  History history;
  while (const auto attribute = reader.next())
    take(history, *attribute, now);
  if (!history.failure) return history;
  auto reply = protocol::AuthorizeReply::parse(bytes.substr(end + end_of_message.size()));
  history.failure->denied = std::get<protocol::Denied>(std::move(reply.outcome));
  return history;
}

}  // namespace

std::string History::write(const BootId& boot) const {
  std::string text = "boot=" + hexadecimal(boot) + '\n';
  for (const Instant at : requests)
    append(text, "request[]", at.count());
  if (grant) {
    append(text, "granted_at", grant->at.count());
    append(text, "lifetime", grant->lifetime.count());
    append(text, "after_erase", grant->after_erase ? 1 : 0);
    append(text, "too_short", grant->too_short ? 1 : 0);
    append(text, "ahead", grant->ahead ? 1 : 0);
  }
  if (renewal_begun) append(text, "renewal_begun", renewal_begun->count());
  append(text, "erased", erased ? 1 : 0);
  append(text, "strikes", strikes);
  append(text, "paused_until", paused_until.count());
  if (failure) {
    append(text, "failed_at", failure->at.count());
    text += "route=" + failure->route + '\n';
    if (!failure->key.empty()) {
      text += "refused_key=" + failure->key + '\n';
      append(text, "confirmed_at", failure->confirmed.count());
    }
  }
  text += '\n';
  if (failure) text += protocol::AuthorizeReply{.requests = 0, .outcome = failure->denied}.write().reveal();
  return text;
}

History History::parse(std::string_view bytes, const BootId& boot, Instant now) try {
  return parse_strictly(bytes, boot, now);
} catch (const ProtocolError&) {
  return {};
} catch (const std::bad_variant_access&) {
  return {};
}

}  // namespace sase::helper
