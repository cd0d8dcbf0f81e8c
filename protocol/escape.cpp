// SPDX-License-Identifier: Apache-2.0
#include "protocol/escape.hpp"

#include "protocol/parsing.hpp"

#include <algorithm>
#include <array>

namespace sase::protocol {

namespace {

constexpr std::size_t longest_text = 200;
constexpr std::string_view cut_mark = "...";

/// Characters of Unicode that are no text, or that hide or reorder text: controls, surrogates, the general
/// categories Cf, Zl and Zp, the property Default_Ignorable_Code_Point, and what is not a character.
struct Range {
  char32_t first, last;
};
constexpr std::array<Range, 28> not_printable{
    {{0x0, 0x9f},        {0xad, 0xad},       {0x34f, 0x34f},     {0x600, 0x605},     {0x61c, 0x61c},
     {0x6dd, 0x6dd},     {0x70f, 0x70f},     {0x890, 0x891},     {0x8e2, 0x8e2},     {0x115f, 0x1160},
     {0x17b4, 0x17b5},   {0x180b, 0x180f},   {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x206f},
     {0x3164, 0x3164},   {0xd800, 0xf8ff},   {0xfdd0, 0xfdef},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
     {0xffa0, 0xffa0},   {0xfff0, 0xffff},   {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f},
     {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0x1fffff}}};

/// The size of the printable character at the beginning, in UTF-8 (RFC 3629); 0 if it is not printable.
std::size_t printable_size(std::string_view text) noexcept {
  if (text.empty() || is_printable(text.front())) return text.empty() ? 0 : 1;
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  char32_t code = first & (0x7fU >> size);
  for (const char c : text.substr(1, size - 1)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >> 6U != 2) return 0;
    code = code << 6U | (byte & 0x3fU);
  }
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  const bool is_listed = std::ranges::any_of(
      not_printable, [code](const Range& range) { return code >= range.first && code <= range.last; });
  return code < smallest[size] || is_listed ? 0 : size;
}

/// Keeps printable characters, with a backslash before each of those in `special`.
std::string escape_all(std::string_view text, std::string_view special) {
  constexpr std::string_view hex_digits = "0123456789abcdef";
  std::string escaped;
  while (!text.empty()) {
    const std::size_t size = printable_size(text);
    const auto byte = static_cast<unsigned char>(text.front());
    if (special.find(text.front()) != std::string_view::npos) escaped += '\\';
    if (size > 0)
      escaped += text.substr(0, size);
    else
      escaped.append({'\\', 'x', hex_digits[byte >> 4U], hex_digits[byte & 0xfU]});
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return escaped;
}

}  // namespace

bool is_printable_text(std::string_view text) noexcept {
  while (const std::size_t size = printable_size(text))
    text.remove_prefix(size);
  return text.empty();
}

std::string_view cut(std::string_view text, std::size_t limit) noexcept {
  // The up to three bytes of a character after the first one begin with the bits 10.
  const std::size_t least = limit - std::min<std::size_t>(limit, 3);
  while (limit < text.size() && limit > least && static_cast<unsigned char>(text[limit]) >> 6U == 2)
    --limit;
  return text.substr(0, limit);
}

std::string truncated(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  return std::string(cut(text, limit - cut_mark.size())).append(cut_mark);
}

std::string escape(std::string_view untrusted) {
  const std::string_view shown = cut(untrusted, longest_text);
  return escape_all(shown, "\\").append(shown.size() < untrusted.size() ? cut_mark : "");
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view harmless =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+=,";
  if (!text.empty() && text.find_first_not_of(harmless) == std::string_view::npos) return std::string(text);
  if (!is_printable_text(text)) return "$'" + escape_all(text, "\\'") + "'";
  std::string word = "'";
  for (const char c : text)
    word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + '\'';
}

}  // namespace sase::protocol
