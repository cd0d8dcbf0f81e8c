// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/authorize/response.hpp"
#include "protocol/host.hpp"

#include <string_view>

namespace Poco::Net {
class StreamSocket;
}  // namespace Poco::Net

namespace sase::authorize {

/// Whether `host` is reached without a proxy. `no_proxy` is parsed as curl and Go parse it: entries separated
/// by commas and blanks; `*` for every host; a domain for itself and its subdomains, with or without a
/// leading
/// `.` or `*.`; an address, or a network such as `10.0.0.0/8`, for hosts that are addresses. An entry may end
/// in `:port`. Any other entry matches nothing.
[[nodiscard]] bool bypasses_proxy(std::string_view no_proxy, const protocol::Host& host);

/// Asks a proxy, over a connection to it, for a tunnel to `host` (RFC 9110 section 9.3.6), and returns the
/// tunnel. The proxy learns its own credentials and the host's name, nothing else. Throws FailedAttempt if it
/// rejects the request, and POCO's exceptions.
[[nodiscard]] Poco::Net::StreamSocket open_tunnel(const Poco::Net::StreamSocket& to_proxy,
                                                  const protocol::ProxyUrl& proxy,
                                                  const protocol::Host& host);

/// The meaning of a proxy's status other than 2xx; `challenges` are its values of Proxy-Authenticate,
/// separated by commas.
[[nodiscard]] protocol::AuthError describe_proxy_error(int status, std::string_view challenges,
                                                       const protocol::ProxyUrl& proxy,
                                                       const protocol::Host& host);

}  // namespace sase::authorize
