// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/report/progress.hpp"
#include "helper/authorize/tls/tls_context.hpp"
#include "protocol/authorize/request.hpp"
#include "protocol/host.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace Poco::Net {
class SocketAddress;
}  // namespace Poco::Net

/// The texts of the checks. Texts from outside are escaped.
namespace sase::authorize {

/// A certificate that expires sooner causes a warning: its renewal takes people some days.
inline constexpr std::chrono::hours short_validity{24 * 14};

/// A larger difference to the service's clock is an error. A response may take some seconds.
inline constexpr std::chrono::seconds most_difference{60};

/// `localhost resolves to 127.0.0.1, ::1`, or that the host is an address.
[[nodiscard]] std::string describe_addresses(const protocol::Host& host,
                                             const std::vector<Poco::Net::SocketAddress>& addresses);

/// Why no proxy is used.
[[nodiscard]] std::string describe_no_proxy(const protocol::AuthorizeRequest& request,
                                            const protocol::Host& host);
[[nodiscard]] std::string describe_tunnel(const protocol::ProxyUrl& proxy, const protocol::Host& host);

/// Version, cipher, and the names, issuer, expiry and remaining validity of the certificate.
[[nodiscard]] std::string describe_tls(const TlsSession& session, std::chrono::sys_seconds now);

/// Writes the check `tls` as passed, with a warning if the certificate expires soon.
void report_tls(Progress& progress, const TlsSession& session);

/// Writes the check `clock`, which compares the system clock with the `Date` of the service's response.
void report_clock(Progress& progress, std::string_view date, std::chrono::sys_seconds now);

}  // namespace sase::authorize
