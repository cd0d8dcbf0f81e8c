// SPDX-License-Identifier: Apache-2.0
#include "protocol/lifetime.hpp"

#include "protocol/ascii.hpp"
#include "protocol/timestamp.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace sase::protocol {

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

/// Epoch values above this are milliseconds: as seconds they would be in the year 5138.
constexpr std::int64_t first_milliseconds = 100'000'000'000;

/// 1 January 10000 in epoch milliseconds; anything above is no time.
constexpr std::int64_t no_time = 253'402'300'800'000;

constexpr std::int64_t seconds_per_minute = 60;
constexpr std::int64_t seconds_per_hour = 3600;
constexpr std::int64_t longest_duration = std::int64_t{365} * 24 * seconds_per_hour;

std::optional<std::int64_t> parse_whole(std::string_view digits) noexcept {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_epoch(std::string_view text) noexcept {
  const auto point = text.find('.');
  if (point == std::string_view::npos) return parse_whole(text);
  const std::string_view fraction = text.substr(point + 1);
  const bool digits_only = std::ranges::all_of(fraction, is_digit);
  return fraction.empty() || !digits_only ? std::nullopt : parse_whole(text.substr(0, point));
}

std::optional<std::int64_t> unit_of(char letter) noexcept {
  switch (letter) {
    case 's': return 1;
    case 'm': return seconds_per_minute;
    case 'h': return seconds_per_hour;
    default: return std::nullopt;
  }
}

}  // namespace

std::optional<sys_seconds> parse_expiry(std::string_view text) {
  const auto epoch = parse_epoch(text);
  if (!epoch) return parse_rfc3339(text);
  if (*epoch > no_time || *epoch < -no_time) return std::nullopt;
  return sys_seconds(seconds(*epoch > first_milliseconds ? *epoch / 1000 : *epoch));
}

seconds remaining_lifetime(std::optional<sys_seconds> expiry, sys_seconds now) noexcept {
  if (!expiry) return assumed_lifetime;
  const seconds remaining = *expiry - now;
  if (remaining > absurdly_far) return assumed_lifetime;
  return std::min(remaining, longest_lifetime);
}

std::optional<seconds> parse_duration(std::string_view text) {
  if (text.size() < 2 || text.front() == '-') return std::nullopt;
  const auto unit = unit_of(text.back());
  const auto count = parse_whole(text.substr(0, text.size() - 1));
  if (!unit || !count || *count > longest_duration / *unit) return std::nullopt;
  return seconds(*count * *unit);
}

std::string format_duration(seconds duration) {
  const auto count = duration.count();
  if (count != 0 && count % seconds_per_hour == 0) return std::to_string(count / seconds_per_hour) + 'h';
  if (count != 0 && count % seconds_per_minute == 0) return std::to_string(count / seconds_per_minute) + 'm';
  return std::to_string(count) + 's';
}

std::string describe_duration(seconds duration) {
  const auto count = std::max<seconds::rep>(duration.count(), 0);
  if (count < 120) return std::to_string(count) + 's';
  const auto minutes = count / 60;
  if (minutes < 60) return std::to_string(minutes) + 'm';
  const auto hours = minutes / 60;
  if (hours >= 48) return std::to_string(hours / 24) + " days";
  return std::to_string(hours) + 'h' + (minutes % 60 == 0 ? "" : ' ' + std::to_string(minutes % 60) + 'm');
}

}  // namespace sase::protocol
