// SPDX-License-Identifier: Apache-2.0
#include "helper/token/freshness.hpp"

#include "protocol/time.hpp"

namespace sase::token {

Freshness judge(std::chrono::seconds time_left, std::chrono::seconds min_ttl,
                std::chrono::seconds refresh_ahead) noexcept {
  if (time_left <= std::chrono::seconds(0) || time_left < min_ttl || time_left > protocol::longest_lifetime)
    return Freshness::stale;
  return time_left < refresh_ahead ? Freshness::due_for_refresh : Freshness::fresh;
}

}  // namespace sase::token
