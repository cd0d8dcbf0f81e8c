// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/service/retry.hpp"

#include "protocol/parsing.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <random>

namespace sase::authorize {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

milliseconds upper_limit(unsigned tries) noexcept {
  constexpr unsigned most_doublings = 8;  // beyond longest_pause
  return std::min(first_pause * (1U << std::min(tries - 1, most_doublings)), longest_pause);
}

std::optional<seconds> parse_seconds(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, protocol::is_digit)) return std::nullopt;
  const auto count = protocol::parse_number<std::int64_t>(text);
  return count ? seconds(*count) : protocol::longest_retry_after;  // a number that is too large
}

}  // namespace

milliseconds SystemTiming::time_left() const {
  const auto left = std::chrono::floor<milliseconds>(deadline_ - steady_clock::now());
  return std::max(left, milliseconds(0));
}

double SystemTiming::chance() try {
  std::random_device device;
  return std::uniform_real_distribution<double>(0, 1)(device);
} catch (const std::exception&) {
  return 0.5;  // without a source of entropy
}

std::optional<milliseconds> pause_before_retry(unsigned tries, milliseconds time_left,
                                               std::optional<seconds> retry_after, double chance) noexcept {
  const auto limit = static_cast<double>(upper_limit(tries).count());
  const milliseconds jitter(static_cast<std::int64_t>(limit * chance));
  const milliseconds least = retry_after.value_or(seconds(0));
  const milliseconds most = time_left - shortest_try;
  if (least > most) return std::nullopt;
  return std::min(least + jitter, most);
}

std::optional<seconds> parse_retry_after(std::string_view text, std::chrono::sys_seconds now) {
  auto wait = parse_seconds(text);
  if (!wait) {
    const auto date = protocol::parse_http_date(text);
    if (!date) return std::nullopt;
    wait = *date - now;
  }
  return std::clamp(*wait, seconds(0), protocol::longest_retry_after);
}

}  // namespace sase::authorize
