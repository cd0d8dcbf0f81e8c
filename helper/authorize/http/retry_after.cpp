// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/retry_after.hpp"

#include "protocol/ascii.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace sase::authorize {

namespace {

using std::chrono::seconds;

std::optional<seconds> parse_seconds(std::string_view text) {
  const bool digits = std::ranges::all_of(text, protocol::is_digit);
  if (text.empty() || !digits) return std::nullopt;
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc::result_out_of_range) return longest_retry_after;
  return seconds(count);
}

}  // namespace

std::optional<seconds> parse_retry_after(std::string_view text, std::chrono::sys_seconds now) {
  auto wait = parse_seconds(text);
  if (!wait) {
    const auto date = protocol::parse_http_date(text);
    if (!date) return std::nullopt;
    wait = *date - now;
  }
  return std::clamp(*wait, seconds(0), longest_retry_after);
}

}  // namespace sase::authorize
