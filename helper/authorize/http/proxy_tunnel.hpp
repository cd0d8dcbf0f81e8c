// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/authorize/error_kind.hpp"
#include "protocol/host.hpp"

#include <string_view>

namespace Poco::Net {
class StreamSocket;
}  // namespace Poco::Net

namespace sase::authorize {

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
