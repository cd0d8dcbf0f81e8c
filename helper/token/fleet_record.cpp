// SPDX-License-Identifier: Apache-2.0
#include "helper/token/fleet_record.hpp"

#include "protocol/escape.hpp"
#include "protocol/secret.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace sase::token {

namespace {

using protocol::Secret;
using std::chrono::seconds;
using std::chrono::sys_seconds;

/// The clocks of two members may differ by so much.
constexpr std::chrono::minutes most_ahead{1};
/// Clocks are cut to seconds, and a request takes time.
constexpr seconds rounding{2};

template <typename Number>
void append(Secret& text, Number number) {
  std::array<char, sizeof number> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i));
  text.append({bytes.data(), bytes.size()});
}

/// Reads the fields in order. After the end, each is empty and `is_valid` false.
struct Fields {
  std::string_view rest;
  bool is_valid = true;

  std::string_view text(std::size_t size) {
    is_valid = is_valid && size <= rest.size();
    const std::string_view part = is_valid ? rest.substr(0, size) : std::string_view();
    rest.remove_prefix(part.size());
    return part;
  }
  template <typename Number>
  Number number() {
    std::uint64_t value = 0;
    const std::string_view bytes = text(sizeof(Number));
    for (std::size_t i = 0; i < bytes.size(); ++i)
      value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return static_cast<Number>(value);
  }
};

/// Another host may have written it with a clock of another member.
rate_limit::RequestLog parse_log(std::string_view text, sys_seconds now) {
  return rate_limit::RequestLog::parse(text, BootId{}, to_log_time(now + most_ahead));
}

}  // namespace

seconds FleetToken::time_left(sys_seconds now) const noexcept {
  if (issued_at > now + most_ahead) return seconds(0);
  const seconds granted = std::min(lifetime, protocol::longest_lifetime);
  return std::min(granted, granted - (now - issued_at)) - rounding;
}

std::string FleetRecord::encrypt(const cache::FleetIdentity& identity, const cache::FleetPlace& place) const {
  const std::string_view bearer = token ? token->bearer.reveal() : std::string_view();
  Secret plain = Secret::with_capacity(bearer.size() + 2048);
  append(plain, token ? token->issued_at.time_since_epoch().count() : std::int64_t{0});
  append(plain, static_cast<std::uint32_t>(token ? token->lifetime.count() : 0));
  append(plain, static_cast<std::uint32_t>(bearer.size()));
  plain.append(bearer);
  plain.append(log.write(BootId{}));
  return cache::encrypt(identity, place, plain);
}

std::optional<FleetRecord> FleetRecord::decrypt(const cache::FleetIdentity& identity,
                                                const protocol::StoredValue& value, sys_seconds now) try {
  const auto place = cache::FleetPlace::record(value.create_revision, value.version);
  const auto plain = cache::decrypt(identity, place, value.bytes);
  if (!plain) return std::nullopt;
  Fields fields{.rest = plain->reveal()};
  const sys_seconds issued_at{seconds(fields.number<std::int64_t>())};
  const seconds lifetime(fields.number<std::uint32_t>());
  const std::string_view bearer = fields.text(fields.number<std::uint32_t>());
  // The first version holds no token: its place in the history of the key is not authenticated.
  if (!fields.is_valid || (value.version <= 1 && !bearer.empty())) return std::nullopt;
  FleetRecord record{.token = std::nullopt, .log = parse_log(fields.rest, now)};
  if (bearer.empty()) return record;
  (void)protocol::BearerToken(Secret(bearer));
  record.token = FleetToken{.issued_at = issued_at, .lifetime = lifetime, .bearer = Secret(bearer)};
  return record;
} catch (const std::exception&) {
  return std::nullopt;
}

std::string FleetLock::describe() const {
  return '\'' + protocol::escape(host) + "' (process " + std::to_string(pid) + ')';
}

std::string FleetLock::encrypt(const cache::FleetIdentity& identity) const {
  Secret plain;
  append(plain, static_cast<std::uint32_t>(host.size()));
  plain.append(host);
  append(plain, pid);
  append(plain, expires_at.time_since_epoch().count());
  return cache::encrypt(identity, cache::FleetPlace::lock(), plain);
}

std::optional<FleetLock> FleetLock::decrypt(const cache::FleetIdentity& identity, std::string_view bytes) {
  const auto plain = cache::decrypt(identity, cache::FleetPlace::lock(), bytes);
  if (!plain) return std::nullopt;
  Fields fields{.rest = plain->reveal()};
  FleetLock lock{.host = std::string(fields.text(fields.number<std::uint32_t>())),
                 .pid = fields.number<std::uint32_t>(),
                 .expires_at = sys_seconds(seconds(fields.number<std::int64_t>()))};
  return fields.is_valid ? std::optional(std::move(lock)) : std::nullopt;
}

}  // namespace sase::token
