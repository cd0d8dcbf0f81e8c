// SPDX-License-Identifier: Apache-2.0
#include "protocol/escape.hpp"

#include "protocol/ascii.hpp"

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

}  // namespace

std::string escape(std::string_view untrusted) {
  std::string text;
  for (const char c : untrusted.substr(0, longest_text))
    append_escaped(text, c);
  if (untrusted.size() > longest_text) text += "...";
  return text;
}

}  // namespace sase::protocol
