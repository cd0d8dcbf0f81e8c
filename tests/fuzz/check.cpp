// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/check.hpp"

#include "protocol/escape.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace sase::fuzz {

namespace {

bool is_among(char c, std::string_view all) noexcept { return all.find(c) != std::string_view::npos; }

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lowered;
}

}  // namespace

void check(bool holds, const char* invariant) {
  if (!holds) throw Broken(invariant);
}

std::string_view take_line(std::string_view& bytes) noexcept {
  const auto end = std::min(bytes.find('\n'), bytes.size());
  const std::string_view line = bytes.substr(0, end);
  bytes.remove_prefix(std::min(end + 1, bytes.size()));
  return line;
}

std::string disguise(std::string_view secret) {
  std::string other(secret);
  for (char& c : other)
    if (c >= 'h' && c <= 'z') c = c == 'z' ? 'h' : static_cast<char>(c + 1);
  return other;
}

bool is_printable(std::string_view text) noexcept { return protocol::is_printable_text(text); }

bool is_one_line(std::string_view text) noexcept {
  return std::ranges::none_of(text, [](char c) { return c == '\n' || c == '\r' || c == '\0'; });
}

bool is_b64token(std::string_view text) noexcept {
  constexpr std::size_t longest = 65536;
  const auto padding = std::ranges::find(text, '=');
  const auto is_text = [](unsigned char c) {
    return (c < 0x80 && std::isalnum(c) != 0) || is_among(static_cast<char>(c), "-._~+/");
  };
  return padding != text.begin() && text.size() <= longest && std::all_of(text.begin(), padding, is_text) &&
         std::all_of(padding, text.end(), [](char c) { return c == '='; });
}

bool gives_away(std::string_view text, std::string_view secret) {
  constexpr std::size_t piece = 8;
  const std::string all = lower(text);
  const std::string hidden = lower(secret);
  for (std::size_t start = 0; start + piece <= hidden.size(); ++start)
    if (all.find(hidden.substr(start, piece)) != std::string::npos) return true;
  return false;
}

}  // namespace sase::fuzz
