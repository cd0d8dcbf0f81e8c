// SPDX-License-Identifier: Apache-2.0
#include "helper/token/refresh_schedule.hpp"

#include <algorithm>

namespace sase::helper {

namespace {

using std::chrono::seconds;

Instant part_of(Instant duration, double share) noexcept {
  return Instant(static_cast<Instant::rep>(static_cast<double>(duration.count()) * share));
}

}  // namespace

seconds ahead_of(seconds refresh_ahead, seconds min_ttl) noexcept {
  return std::max(refresh_ahead, min_ttl + std::chrono::minutes(1));
}

void RenewalSchedule::renewed(Instant now, seconds left, seconds ahead, double chance) noexcept {
  const Instant wait = std::max<Instant>(left - ahead, std::min(Instant(left) / 2, shortest_life));
  // Those who began together are spread over a tenth of what is left then.
  const Instant spread = std::min((left - wait) / 10, longest_spread);
  next_ = now + std::max(wait + part_of(spread, chance), shortest_pause);
  end_ = now + left - rounding;
  failures_ = 0;
}

void RenewalSchedule::failed(Instant now, double chance) noexcept {
  const Instant range = std::min(shortest_pause * (2U << std::min(failures_++, 10U)), longest_pause);
  next_ = now + std::max(shortest_pause, part_of(range, (1 + chance) / 2));
  if (!end_) return;
  for (const Instant must : {*end_ - last_try, *end_})
    if (now + shortest_pause < must && must < next_) next_ = must;
}

}  // namespace sase::helper
