// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sase::protocol {

/// Character classes of ASCII, independent of the locale.
[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Characters as a table: each cached answer checks a key and a token, which are long.
class CharacterSet {
 public:
  constexpr explicit CharacterSet(std::string_view characters) {
    for (const char c : characters)
      contains_[static_cast<unsigned char>(c)] = true;
  }

  [[nodiscard]] constexpr bool has_all(std::string_view text) const noexcept {
    // Unlike the algorithm of std::ranges, this one is unrolled.
    return std::all_of(text.begin(), text.end(),
                       [this](char c) { return contains_[static_cast<unsigned char>(c)]; });
  }

 private:
  std::array<bool, 256> contains_{};
};

[[nodiscard]] constexpr bool is_printable(char c) noexcept { return c >= 0x20 && c < 0x7f; }

[[nodiscard]] constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] inline std::string lower_case(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered)
    c = to_lower(c);
  return lowered;
}

/// Removes the text up to the first `separator`, or all of it, and returns it without the separator.
[[nodiscard]] constexpr std::string_view next_part(std::string_view& rest, char separator) noexcept {
  const auto end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

/// Without blanks, tabs and CRs at both ends.
[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view blank = " \t\r";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

/// A text that is a number and nothing else, without a plus sign and blanks.
template <typename Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text, int base = 10) noexcept {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

/// A malformed message of a peer. The text names the field and the rule. It contains at most short, escaped
/// names from the message and never a secret, so that it can be printed.
class ProtocolError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace sase::protocol
