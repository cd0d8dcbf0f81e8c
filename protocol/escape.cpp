// SPDX-License-Identifier: Apache-2.0
#include "protocol/escape.hpp"

#include "protocol/ascii.hpp"

#include <cstddef>

namespace sase::protocol {

namespace {

constexpr std::size_t longest_shown = 200;
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

}  // namespace

std::string escape(std::string_view foreign) {
  std::string text;
  for (const char c : foreign.substr(0, longest_shown))
    append_escaped(text, c);
  if (foreign.size() > longest_shown) text += "...";
  return text;
}

}  // namespace sase::protocol
