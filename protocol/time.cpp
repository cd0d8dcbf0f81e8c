// SPDX-License-Identifier: Apache-2.0
#include "protocol/time.hpp"

#include "protocol/parsing.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace sase::protocol {

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

/// The numbers of a text with a fixed layout, in which `0` stands for a digit, `?` for any byte and every
/// other byte for itself. Nothing if the text does not have the layout.
template <std::size_t Count>
std::optional<std::array<int, Count>> match(std::string_view text, std::string_view layout) noexcept {
  if (text.size() != layout.size()) return std::nullopt;
  std::array<int, Count> numbers{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (layout[i] == '0') {
      if (!is_digit(text[i])) return std::nullopt;
      numbers[count] = numbers[count] * 10 + (text[i] - '0');
      if (!layout.substr(i + 1).starts_with('0')) ++count;
    } else if (layout[i] != '?' && layout[i] != text[i]) {
      return std::nullopt;
    }
  }
  return numbers;
}

struct ClockTime {
  int hour, minute, second;
};

std::optional<sys_seconds> combine(int year, int month, int day, ClockTime time) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || time.hour > 23 || time.minute > 59 || time.second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(time.hour) + std::chrono::minutes(time.minute) +
         seconds(time.second);
}

/// `Z` or `+00:00`.
std::optional<std::chrono::minutes> parse_offset(std::string_view text) noexcept {
  if (text == "Z" || text == "z") return std::chrono::minutes(0);
  const auto parts = match<2>(text, "?00:00");
  if (!parts || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const auto [hours, minutes] = *parts;
  if (hours > 23 || minutes > 59) return std::nullopt;
  const std::chrono::minutes offset(hours * 60 + minutes);
  return text.front() == '+' ? offset : -offset;
}

/// Two digits, or four for a year.
template <typename Number>
std::string pad(Number number, std::size_t width = 2) {
  const std::string digits = std::to_string(number);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

constexpr std::array<std::string_view, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Epoch values above this are milliseconds: as seconds they would be in the year 5138.
constexpr std::int64_t first_milliseconds = 100'000'000'000;

/// 1 January 10000 in epoch milliseconds. Larger values are not a time.
constexpr std::int64_t end_of_time = 253'402'300'800'000;

constexpr std::int64_t longest_duration = std::int64_t{365} * 24 * 3600;

/// A unit of durations in settings.
struct Unit {
  char letter;
  std::int64_t seconds;
};
constexpr std::array<Unit, 3> units{{{'h', 3600}, {'m', 60}, {'s', 1}}};

std::optional<std::int64_t> parse_epoch(std::string_view text) noexcept {
  const auto point = text.find('.');
  if (point == std::string_view::npos) return parse_number<std::int64_t>(text);
  const std::string_view fraction = text.substr(point + 1);
  const bool digits_only = std::ranges::all_of(fraction, is_digit);
  return fraction.empty() || !digits_only ? std::nullopt : parse_number<std::int64_t>(text.substr(0, point));
}

}  // namespace

std::optional<sys_seconds> parse_rfc3339(std::string_view text) {
  constexpr std::string_view layout = "0000-00-00?00:00:00";
  const auto numbers = match<6>(text.substr(0, layout.size()), layout);
  if (!numbers || std::string_view("Tt ").find(text[10]) == std::string_view::npos) return std::nullopt;
  text.remove_prefix(layout.size());
  if (text.starts_with('.')) {
    const auto fraction_end = std::min(text.find_first_not_of("0123456789", 1), text.size());
    if (fraction_end == 1) return std::nullopt;
    text.remove_prefix(fraction_end);
  }
  const auto [year, month, day, hour, minute, second] = *numbers;
  const auto local = combine(year, month, day, {hour, minute, second});
  const auto offset = parse_offset(text);
  if (!local || !offset) return std::nullopt;
  return *local - *offset;
}

std::string format_rfc3339(sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return pad(static_cast<int>(date.year()), 4) + '-' + pad(static_cast<unsigned>(date.month())) + '-' +
         pad(static_cast<unsigned>(date.day())) + 'T' + pad(clock.hours().count()) + ':' +
         pad(clock.minutes().count()) + ':' + pad(clock.seconds().count()) + 'Z';
}

std::optional<sys_seconds> parse_http_date(std::string_view text) {
  const auto numbers = match<5>(text, "???, 00 ??? 0000 00:00:00 GMT");
  if (!numbers) return std::nullopt;
  const auto month = std::ranges::find(month_names, text.substr(8, 3));
  if (month == month_names.end()) return std::nullopt;
  const auto [day, year, hour, minute, second] = *numbers;
  return combine(year, static_cast<int>(month - month_names.begin()) + 1, day, {hour, minute, second});
}

std::optional<sys_seconds> parse_expiry(std::string_view text) {
  const auto epoch = parse_epoch(text);
  if (!epoch) return parse_rfc3339(text);
  if (*epoch > end_of_time || *epoch < -end_of_time) return std::nullopt;
  return sys_seconds(seconds(*epoch > first_milliseconds ? *epoch / 1000 : *epoch));
}

seconds remaining_lifetime(std::optional<sys_seconds> expiry, sys_seconds now) noexcept {
  if (!expiry) return assumed_lifetime;
  const seconds remaining = *expiry - now;
  if (remaining > implausible_lifetime) return assumed_lifetime;
  return std::min(remaining, longest_lifetime);
}

std::optional<seconds> parse_duration(std::string_view text) {
  if (text.empty() || text.front() == '-') return std::nullopt;
  const auto* const unit = std::ranges::find(units, text.back(), &Unit::letter);
  const auto count = parse_number<std::int64_t>(text.substr(0, text.size() - 1));
  if (unit == units.end() || !count || *count > longest_duration / unit->seconds) return std::nullopt;
  return seconds(*count * unit->seconds);
}

std::string format_duration(seconds duration) {
  const auto count = duration.count();
  if (count == 0) return "0s";
  const auto* const unit =
      std::ranges::find_if(units, [count](const Unit& each) { return count % each.seconds == 0; });
  return std::to_string(count / unit->seconds) + unit->letter;
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
