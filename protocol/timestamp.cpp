// SPDX-License-Identifier: Apache-2.0
#include "protocol/timestamp.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

namespace sase::protocol {

namespace {

using std::chrono::sys_seconds;

/// Takes fixed pieces off the front of a text; the first one that does not fit spoils all that follow.
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
  while (reader.peek() >= '0' && reader.peek() <= '9')
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

}  // namespace sase::protocol
