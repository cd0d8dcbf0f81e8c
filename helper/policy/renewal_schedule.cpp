// SPDX-License-Identifier: Apache-2.0
#include "helper/policy/renewal_schedule.hpp"

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
  // A tenth of it is what those who began together are spread over.
  constexpr double spread = 0.1;
  const Instant early = std::min<Instant>(ahead, Instant(left) / 2);
  next_ = now + std::max(left - early + part_of(early, chance * spread), shortest_pause);
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
