// SPDX-License-Identifier: Apache-2.0
#include "helper/shell_quote.hpp"

#include "protocol/ascii.hpp"
#include "protocol/escape.hpp"

#include <algorithm>

namespace sase {

std::string shell_word(std::string_view text) {
  constexpr std::string_view harmless =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+=,[]";
  if (!text.empty() && text.find_first_not_of(harmless) == std::string_view::npos) return std::string(text);
  std::string word = "'";
  for (const char c :
       std::ranges::all_of(text, protocol::is_printable) ? std::string(text) : protocol::escape(text))
    word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + '\'';
}

}  // namespace sase
