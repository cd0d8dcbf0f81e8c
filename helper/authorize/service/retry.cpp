// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/service/retry.hpp"

#include <algorithm>
#include <cstdint>

namespace sase::authorize {

namespace {

using std::chrono::milliseconds;

milliseconds range_after(unsigned tries) noexcept {
  milliseconds range = first_pause;
  for (unsigned doubled = 1; doubled < tries && range < longest_pause; ++doubled)
    range *= 2;
  return std::min(range, longest_pause);
}

}  // namespace

std::optional<milliseconds> pause_before_retry(unsigned tries, milliseconds time_left,
                                               std::optional<std::chrono::seconds> retry_after,
                                               double chance) noexcept {
  const auto range = static_cast<double>(range_after(tries).count());
  const milliseconds jitter(static_cast<std::int64_t>(range * chance));
  const milliseconds least = retry_after.value_or(std::chrono::seconds(0));
  const milliseconds most = time_left - shortest_try;
  if (least > most) return std::nullopt;
  return std::min(least + jitter, most);
}

}  // namespace sase::authorize
