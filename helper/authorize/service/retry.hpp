// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

namespace sase::authorize {

/// The range of the first pause; it doubles from pause to pause, up to longest_pause.
inline constexpr std::chrono::milliseconds first_pause{250};
inline constexpr std::chrono::milliseconds longest_pause{4000};

/// A try that has less time than this is not worth starting: no TLS handshake over a wide-area network fits
/// in it.
inline constexpr std::chrono::milliseconds shortest_try{50};

/// How long to wait after `tries` failed tries, or nothing when no time is left for another. The pause is
/// random between zero and its range, so that many clients that failed together do not come back together
/// ("full jitter"); it begins where the service's own `retry_after` ends, and is cut to what leaves time for
/// a try. `chance` is in [0, 1).
[[nodiscard]] std::optional<std::chrono::milliseconds> pause_before_retry(
    unsigned tries, std::chrono::milliseconds time_left, std::optional<std::chrono::seconds> retry_after,
    double chance) noexcept;

}  // namespace sase::authorize
