// SPDX-License-Identifier: Apache-2.0
#include "helper/token/refresh_schedule.hpp"

#include <algorithm>

namespace sase::token {

namespace {

using std::chrono::seconds;

BootTime part_of(BootTime duration, double share) noexcept {
  return BootTime(static_cast<BootTime::rep>(static_cast<double>(duration.count()) * share));
}

}  // namespace

seconds effective_refresh_ahead(seconds refresh_ahead, seconds min_ttl) noexcept {
  return std::max(refresh_ahead, min_ttl + std::chrono::minutes(1));
}

void RefreshSchedule::renewed(BootTime now, seconds left, seconds ahead, double chance) noexcept {
  const BootTime wait = std::max<BootTime>(left - ahead, std::min(BootTime(left) / 2, shortest_life));
  // Those who began together are spread over a tenth of what is left then.
  const BootTime spread = std::min((left - wait) / 10, longest_spread);
  next_ = now + std::max(wait + part_of(spread, chance), shortest_pause);
  end_ = now + left - rounding;
  failures_ = 0;
}

void RefreshSchedule::failed(BootTime now, double chance) noexcept {
  const BootTime range = std::min(shortest_pause * (2U << std::min(failures_++, 10U)), longest_pause);
  next_ = now + std::max(shortest_pause, part_of(range, (1 + chance) / 2));
  if (!end_) return;
  for (const BootTime must : {*end_ - last_try, *end_})
    if (now + shortest_pause < must && must < next_) next_ = must;
}

}  // namespace sase::token
