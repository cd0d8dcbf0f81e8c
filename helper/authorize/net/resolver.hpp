// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/host.hpp"

#include <vector>

namespace Poco::Net {
class SocketAddress;
}  // namespace Poco::Net

namespace sase::authorize {

/// Every address of a host in the order to try them: as the system sorts them (RFC 6724), with the families
/// taking turns (RFC 8305 section 4), so that one broken family costs one try and not all of them. Throws
/// FailedAttempt (unreachable). Has no time-out of its own, because the resolver has none.
[[nodiscard]] std::vector<Poco::Net::SocketAddress> resolve(const protocol::Host& host);

/// The addresses with their families taking turns, beginning with that of the first.
[[nodiscard]] std::vector<Poco::Net::SocketAddress> alternate_families(
    std::vector<Poco::Net::SocketAddress> addresses);

}  // namespace sase::authorize
