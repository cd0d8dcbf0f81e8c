// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/network/report/progress.hpp"
#include "helper/network/tls/peer_words.hpp"
#include "protocol/host.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace Poco::Net {
class SocketAddress;
class StreamSocket;
}  // namespace Poco::Net

/// Happy Eyeballs (RFC 8305): one broken address or address family costs a quarter of a second, not the call.
/// Nothing here has a timeout, because the system's resolver has none: the front ends this process at the
/// deadline.
namespace sase::network {

/// The next address is tried when the last one has not answered for this long (RFC 8305 section 5).
inline constexpr std::chrono::milliseconds attempt_delay{250};

/// The remedy for an error of a socket, which may be used up or forbidden here; otherwise `usual`.
[[nodiscard]] std::string remedy_for_socket(const std::error_code& error, std::string_view usual);

/// The addresses of a host in the order to try them: as the system sorts them (RFC 6724), with alternating
/// families. Throws FailedAttempt (unreachable).
[[nodiscard]] std::vector<Poco::Net::SocketAddress> resolve(const protocol::Host& host,
                                                            const PeerWords& words = service_words);

/// The addresses with alternating families, beginning with that of the first (RFC 8305 section 4).
[[nodiscard]] std::vector<Poco::Net::SocketAddress> alternate_families(
    std::vector<Poco::Net::SocketAddress> addresses);

/// Connects to the first of `addresses` that answers. The socket is blocking. Each attempt is traced. Throws
/// std::system_error with the last error if no address can be reached.
[[nodiscard]] Poco::Net::StreamSocket connect_to_first(const std::vector<Poco::Net::SocketAddress>& addresses,
                                                       Progress& progress);

}  // namespace sase::network
