// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace sase::token {

/// What a token with some time left is good for.
enum class Freshness {
  fresh,            ///< given out
  due_for_refresh,  ///< given out, and renewed behind the caller's back
  stale,            ///< not given out
};

/// A token is given out while it lives for `min_ttl`, and for at least a second; one that would live for
/// longer than any token does is stale, since its times cannot be right. With less than `refresh_ahead` left
/// it is renewed ahead.
[[nodiscard]] Freshness judge(std::chrono::seconds time_left, std::chrono::seconds min_ttl,
                              std::chrono::seconds refresh_ahead) noexcept;

}  // namespace sase::token
