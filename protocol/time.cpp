// SPDX-License-Identifier: Apache-2.0
#include "protocol/time.hpp"

#include "protocol/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

namespace sase::protocol {

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

/// Consumes a text of fixed layout from the front. After the first mismatch, good() stays false.
class FixedReader {
 public:
  explicit FixedReader(std::string_view text) noexcept : rest_(text) {}

  [[nodiscard]] int digits(std::size_t count) noexcept {
    const std::string_view piece = take(count);
    int value = 0;
    const auto [end, error] = std::from_chars(piece.data(), piece.data() + piece.size(), value);
    if (error != std::errc{} || end != piece.data() + piece.size() || piece.starts_with('-')) good_ = false;
    return value;
  }

  [[nodiscard]] std::string_view take(std::size_t count) noexcept {
    if (rest_.size() < count) good_ = false;
    const std::string_view piece = rest_.substr(0, count);
    rest_.remove_prefix(piece.size());
    return piece;
  }

  void literal(std::string_view expected) noexcept {
    if (take(expected.size()) != expected) good_ = false;
  }

  void either(std::string_view characters) noexcept {
    if (characters.find(peek()) == std::string_view::npos) good_ = false;
    (void)take(1);
  }

  [[nodiscard]] char peek() const noexcept { return rest_.empty() ? '\0' : rest_.front(); }
  [[nodiscard]] bool good() const noexcept { return good_; }
  [[nodiscard]] bool done() const noexcept { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

struct ClockTime {
  int hour, minute, second;
};

ClockTime read_clock(FixedReader& reader) noexcept {
  ClockTime time{};
  time.hour = reader.digits(2);
  reader.literal(":");
  time.minute = reader.digits(2);
  reader.literal(":");
  time.second = reader.digits(2);
  return time;
}

std::optional<sys_seconds> combine(int year, unsigned month, int day, ClockTime time) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || time.hour > 23 || time.minute > 59 || time.second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(time.hour) + std::chrono::minutes(time.minute) +
         std::chrono::seconds(time.second);
}

void skip_fraction(FixedReader& reader) noexcept {
  if (reader.peek() != '.') return;
  (void)reader.take(1);
  (void)reader.digits(1);
  while (is_digit(reader.peek()))
    (void)reader.take(1);
}

std::optional<std::chrono::minutes> read_offset(FixedReader& reader) noexcept {
  const char sign = reader.peek();
  (void)reader.take(1);
  if (sign == 'Z' || sign == 'z') return std::chrono::minutes(0);
  if (sign != '+' && sign != '-') return std::nullopt;
  const int hours = reader.digits(2);
  reader.literal(":");
  const int minutes = reader.digits(2);
  if (hours > 23 || minutes > 59) return std::nullopt;
  const std::chrono::minutes offset(hours * 60 + minutes);
  return sign == '+' ? offset : -offset;
}

void append_padded(std::string& text, unsigned value, std::size_t width) {
  const std::string digits = std::to_string(value);
  text.append(width > digits.size() ? width - digits.size() : 0, '0');
  text += digits;
}

constexpr std::array<std::string_view, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Epoch values above this are milliseconds: as seconds they would be in the year 5138.
constexpr std::int64_t first_milliseconds = 100'000'000'000;

/// 1 January 10000 in epoch milliseconds. Larger values are not a time.
constexpr std::int64_t end_of_time = 253'402'300'800'000;

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

std::optional<std::int64_t> parse_unit(char letter) noexcept {
  switch (letter) {
    case 's': return 1;
    case 'm': return seconds_per_minute;
    case 'h': return seconds_per_hour;
    default: return std::nullopt;
  }
}

}  // namespace

std::optional<sys_seconds> parse_rfc3339(std::string_view text) {
  FixedReader reader(text);
  const int year = reader.digits(4);
  reader.literal("-");
  const int month = reader.digits(2);
  reader.literal("-");
  const int day = reader.digits(2);
  reader.either("Tt ");
  const ClockTime clock = read_clock(reader);
  skip_fraction(reader);
  const auto offset = read_offset(reader);
  if (!reader.done() || !offset) return std::nullopt;
  const auto local = combine(year, static_cast<unsigned>(month), day, clock);
  if (!local) return std::nullopt;
  return *local - *offset;
}

std::string format_rfc3339(sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string text;
  append_padded(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  text += '-';
  append_padded(text, static_cast<unsigned>(date.month()), 2);
  text += '-';
  append_padded(text, static_cast<unsigned>(date.day()), 2);
  text += 'T';
  append_padded(text, static_cast<unsigned>(clock.hours().count()), 2);
  text += ':';
  append_padded(text, static_cast<unsigned>(clock.minutes().count()), 2);
  text += ':';
  append_padded(text, static_cast<unsigned>(clock.seconds().count()), 2);
  text += 'Z';
  return text;
}

std::optional<sys_seconds> parse_http_date(std::string_view text) {
  FixedReader reader(text);
  (void)reader.take(3);
  reader.literal(", ");
  const int day = reader.digits(2);
  reader.literal(" ");
  const auto month = std::ranges::find(month_names, reader.take(3));
  reader.literal(" ");
  const int year = reader.digits(4);
  reader.literal(" ");
  const ClockTime clock = read_clock(reader);
  reader.literal(" GMT");
  if (!reader.done() || month == month_names.end()) return std::nullopt;
  return combine(year, static_cast<unsigned>(month - month_names.begin()) + 1, day, clock);
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
  if (text.size() < 2 || text.front() == '-') return std::nullopt;
  const auto unit = parse_unit(text.back());
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
