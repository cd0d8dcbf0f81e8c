// SPDX-License-Identifier: Apache-2.0
#include "helper/token/freshness.hpp"

#include "protocol/time.hpp"

#include <algorithm>

namespace sase::token {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

milliseconds scale(milliseconds duration, double factor) noexcept {
  return milliseconds(static_cast<milliseconds::rep>(static_cast<double>(duration.count()) * factor));
}

}  // namespace

Freshness judge(seconds time_left, seconds min_ttl, seconds refresh_ahead) noexcept {
  if (time_left <= seconds(0) || time_left < min_ttl || time_left > protocol::longest_lifetime)
    return Freshness::stale;
  return time_left < refresh_ahead ? Freshness::due_for_refresh : Freshness::fresh;
}

seconds spread_refresh_ahead(seconds refresh_ahead, seconds min_ttl, std::uint16_t spread) noexcept {
  const seconds range = (refresh_ahead - std::max<seconds>(min_ttl, std::chrono::minutes(1))) * 2 / 3;
  return refresh_ahead - std::max(range, seconds(0)) * spread / 65536;
}

seconds effective_refresh_ahead(seconds refresh_ahead, seconds min_ttl) noexcept {
  return std::max(refresh_ahead, min_ttl + std::chrono::minutes(1));
}

void RefreshSchedule::renewed(BootTime now, seconds left, seconds ahead, double jitter) noexcept {
  const milliseconds wait =
      std::max<milliseconds>(left - ahead, std::min(milliseconds(left) / 2, shortest_life));
  const milliseconds spread = std::min<milliseconds>((left - wait) / 10, longest_spread);
  next_ = now + std::max(wait + scale(spread, jitter), shortest_pause);
  end_ = now + left - rounding;
  failures_ = 0;
}

void RefreshSchedule::failed(BootTime now, double jitter) noexcept {
  const milliseconds range = std::min(shortest_pause * (2U << std::min(failures_++, 10U)), longest_pause);
  next_ = now + std::max(shortest_pause, scale(range, (1 + jitter) / 2));
  if (!end_) return;
  for (const BootTime attempt : {*end_ - last_attempt, *end_})
    if (now + shortest_pause < attempt && attempt < next_) next_ = attempt;
}

void RefreshSchedule::advance(seconds lag) noexcept {
  next_ -= lag;
  if (end_) *end_ -= lag;
}

}  // namespace sase::token
