// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/report/check_report.hpp"
#include "helper/authorize/tls/tls_session.hpp"
#include "protocol/authorize/exchange.hpp"
#include "protocol/host.hpp"
#include "protocol/proxy_url.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace Poco::Net {
class SocketAddress;
}  // namespace Poco::Net

/// What is seen of the links on the way to the service, in words for a person. Whatever came from outside is
/// escaped.
namespace sase::authorize {

/// A certificate that ends sooner than this is worth a warning: renewing one takes people some days.
inline constexpr std::chrono::hours short_validity{24 * 14};

/// A clock that differs from the service's by more than this is wrong. An answer may take some seconds.
inline constexpr std::chrono::seconds most_difference{60};

/// `localhost is 127.0.0.1, ::1`, or that an address needs no look-up.
[[nodiscard]] std::string describe_addresses(const protocol::Host& host,
                                             const std::vector<Poco::Net::SocketAddress>& addresses);

/// Why no proxy is used.
[[nodiscard]] std::string describe_no_proxy(const protocol::AuthorizeRequest& request,
                                            const protocol::Host& host);
[[nodiscard]] std::string describe_tunnel(const protocol::ProxyUrl& proxy, const protocol::Host& host);

/// Version, cipher, and of the certificate names, issuer, end and what is left of its time.
[[nodiscard]] std::string describe_tls(const TlsSession& session, std::chrono::sys_seconds now);

/// Takes down that TLS is spoken; with a warning where the certificate ends soon.
void report_tls(CheckReport& report, const TlsSession& session);

/// Takes down how this machine's clock differs from the service's, which wrote `date` into its answer.
void report_clock(CheckReport& report, std::string_view date, std::chrono::sys_seconds now);

}  // namespace sase::authorize
