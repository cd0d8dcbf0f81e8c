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

/// The next address is tried when the last one has not answered for this long (RFC 8305 section 5).
inline constexpr std::chrono::milliseconds attempt_delay{250};

/// Connects to the first of `addresses` that answers. The socket is blocking. Each attempt is traced. Throws
/// std::system_error with the last error if no address can be reached. There is no timeout: the front ends
/// this process at the deadline.
[[nodiscard]] Poco::Net::StreamSocket connect_to_first(const std::vector<Poco::Net::SocketAddress>& addresses,
                                                       Progress& progress);

}  // namespace sase::authorize
