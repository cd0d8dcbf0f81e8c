// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/report/progress.hpp"

#include <chrono>
#include <vector>

namespace Poco::Net {
class SocketAddress;
class StreamSocket;
}  // namespace Poco::Net

namespace sase::authorize {

/// When the address tried last has not answered for this long, the next one is tried beside it (RFC 8305
/// section 5).
inline constexpr std::chrono::milliseconds attempt_delay{250};

/// Connects to the first of `addresses` that answers, so that a dead one costs a head start and not the
/// deadline. The socket is blocking. Throws std::system_error with the last address's reason when none can be
/// reached, and ETIMEDOUT when `deadline` comes first. Each address tried is noted in `progress`.
[[nodiscard]] Poco::Net::StreamSocket connect_to_first(const std::vector<Poco::Net::SocketAddress>& addresses,
                                                       std::chrono::steady_clock::time_point deadline,
                                                       Progress& progress);

}  // namespace sase::authorize
