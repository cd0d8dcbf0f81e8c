// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/service/service_message.hpp"

#include "protocol/ascii.hpp"
#include "protocol/escape.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace sase::authorize {

namespace {

constexpr std::size_t longest_shown = 200;
constexpr std::size_t telling_piece = 8;

using protocol::to_lower;

bool contains(std::string_view text, std::string_view piece) noexcept {
  const auto same = [](char left, char right) { return to_lower(left) == to_lower(right); };
  return std::search(text.begin(), text.end(), piece.begin(), piece.end(), same) != text.end();
}

bool echoes(std::string_view message, std::string_view key) noexcept {
  const std::size_t piece = std::min(telling_piece, key.size());
  if (piece == 0) return false;
  for (std::size_t start = 0; start + piece <= message.size(); ++start) {
    if (contains(key, message.substr(start, piece))) return true;
  }
  return false;
}

/// Whether a run of characters is so long that it is no word, but perhaps a token or a session's name.
bool holds_token(std::string_view message) noexcept {
  constexpr std::size_t longest_word = 20;
  std::size_t run = 0;
  for (const char c : message) {
    const bool in_run = (to_lower(c) >= 'a' && to_lower(c) <= 'z') || protocol::is_digit(c) || c == '-' ||
                        c == '_' || c == '.' || c == '+' || c == '~';
    run = in_run ? run + 1 : 0;
    if (run >= longest_word) return true;
  }
  return false;
}

}  // namespace

std::string_view message_of(const JsonMembers& members) noexcept {
  for (const std::string_view name : std::array<std::string_view, 3>{"message", "body", "error"}) {
    const std::string_view message = members.text({}, name);
    if (!message.empty()) return message;
  }
  return {};
}

std::string quote_unless_secret(std::string_view message, std::string_view api_key) {
  // Only what would be shown is looked at, so a long message costs no more than a short one.
  const std::string_view shown = message.substr(0, longest_shown);
  if (shown.empty() || echoes(shown, api_key) || holds_token(shown)) return {};
  return ": \"" + protocol::escape(message) + '"';
}

}  // namespace sase::authorize
