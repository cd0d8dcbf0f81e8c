// SPDX-License-Identifier: Apache-2.0
#include "protocol/escape.hpp"

#include "protocol/ascii.hpp"

#include <algorithm>
#include <cstddef>

namespace sase::protocol {

namespace {

constexpr std::size_t longest_text = 200;
constexpr std::string_view hex_digits = "0123456789abcdef";

void append_escaped(std::string& text, char c) {
  if (c == '\\') {
    text += "\\\\";
  } else if (is_printable(c)) {
    text += c;
  } else {
    const auto byte = static_cast<unsigned char>(c);
    text += "\\x";
    text += hex_digits[byte >> 4U];
    text += hex_digits[byte & 0xfU];
  }
}

/// The argument of printf(1), with octal escapes.
std::string printf_format(std::string_view text) {
  std::string format;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '%' || c == '\\')
      format.append(2, c);
    else if (is_printable(c))
      format += c;
    else
      format.append({'\\', hex_digits[byte >> 6U], hex_digits[byte >> 3U & 7U], hex_digits[byte & 7U]});
  }
  return format;
}

}  // namespace

std::string escape(std::string_view untrusted) {
  std::string text;
  for (const char c : untrusted.substr(0, longest_text))
    append_escaped(text, c);
  if (untrusted.size() > longest_text) text += "...";
  return text;
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view harmless =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+=,[]";
  if (!text.empty() && text.find_first_not_of(harmless) == std::string_view::npos) return std::string(text);
  const bool is_printable_text = std::ranges::all_of(text, is_printable);
  std::string word = "'";
  for (const char c : is_printable_text ? std::string(text) : printf_format(text))
    word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  word += '\'';
  return is_printable_text ? word : "\"$(printf " + word + ")\"";
}

}  // namespace sase::protocol
