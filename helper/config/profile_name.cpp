// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_name.hpp"

#include <algorithm>
#include <cstddef>

namespace sase::config {

namespace {

constexpr std::size_t longest_profile_name = 64;

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

}  // namespace

bool is_profile_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > longest_profile_name || !is_letter_or_digit(text.front())) return false;
  return std::ranges::all_of(
      text, [](char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; });
}

}  // namespace sase::config
