// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/authorize/error_kind.hpp"
#include "protocol/host.hpp"

namespace Poco::Net {
class StreamSocket;
}  // namespace Poco::Net

namespace sase::authorize {

/// Asks a proxy, over a connection to it, for a tunnel to `host` (RFC 9110 section 9.3.6), and gives the
/// tunnel. The proxy learns its own credentials and the host's name, nothing else. Throws FailedAttempt when
/// it says no, and POCO's exceptions.
[[nodiscard]] Poco::Net::StreamSocket open_tunnel(const Poco::Net::StreamSocket& to_proxy,
                                                  const protocol::ProxyUrl& proxy,
                                                  const protocol::Host& host);

/// What a proxy's answer other than 2xx means.
[[nodiscard]] protocol::AuthError describe_proxy_refusal(int status, const protocol::ProxyUrl& proxy,
                                                         const protocol::Host& host);

}  // namespace sase::authorize
