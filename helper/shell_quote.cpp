// SPDX-License-Identifier: Apache-2.0
#include "helper/shell_quote.hpp"

#include "protocol/escape.hpp"

#include <algorithm>

namespace sase {

namespace {

bool is_printable(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

std::string shell_word(std::string_view text) {
  constexpr std::string_view harmless =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+=,[]";
  if (!text.empty() && text.find_first_not_of(harmless) == std::string_view::npos) return std::string(text);
  std::string word = "'";
  for (const char c : is_printable(text) ? std::string(text) : protocol::escape(text))
    word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + '\'';
}

}  // namespace sase
