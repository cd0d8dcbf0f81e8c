// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/rate_limit/rules.hpp"
#include "protocol/time.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

/// Calls and expectations for the tests of rules.hpp.
namespace sase::tests {

/// The times of the tables count from here.
inline constexpr BootTime then{std::chrono::hours(20)};
inline constexpr std::chrono::milliseconds tick{1};

/// A call that began at `now`.
[[nodiscard]] inline rate_limit::CallContext call_at(BootTime now) {
  return {.started = now, .now = now, .network_fingerprint = "network", .min_ttl = std::chrono::minutes(1)};
}

/// The duration that a text promises: what follows its last " in ".
[[nodiscard]] inline std::chrono::milliseconds promised_wait(std::string_view words) {
  const auto in = words.rfind(" in ");
  if (in == std::string_view::npos) throw std::logic_error("the words promise nothing");
  words.remove_prefix(in + 4);
  words = words.substr(0, words.find_first_of(";,"));
  const auto wait = protocol::parse_duration(words);
  if (!wait) throw std::logic_error("the words promise no duration");
  return *wait;
}

/// Whether the text is printable and all durations in it are positive.
[[nodiscard]] inline bool is_readable(std::string_view words) {
  return std::ranges::all_of(words, [](char c) { return c >= ' ' && c <= '~'; }) && !contains(words, " 0s") &&
         !contains(words, " 0m") && !contains(words, " -");
}

/// Checks what holds for every error.
inline void check_error(const protocol::AuthError& auth_error) {
  CHECK_FALSE(auth_error.what.empty());
  CHECK(is_readable(auth_error.what));
  CHECK(is_readable(auth_error.hint));
}

}  // namespace sase::tests
