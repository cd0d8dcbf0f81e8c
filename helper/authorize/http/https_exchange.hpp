// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/http/transport.hpp"
#include "helper/authorize/report/progress.hpp"
#include "protocol/host.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace Poco::Net {
class HTTPResponse;
class SecureStreamSocket;
}  // namespace Poco::Net

namespace sase::authorize {

/// Where to POST, taken apart.
struct Endpoint {
  protocol::Host host;
  std::string path;  ///< begins with `/`; printable ASCII without blanks, so it cannot end the request line

  /// Throws FailedAttempt (misconfigured) for a URL that is not https or cannot be used.
  [[nodiscard]] static Endpoint parse(std::string_view url);
};

/// Bounds of a reply; the service's own are far below.
inline constexpr std::size_t largest_body = std::size_t{256} * 1024;
inline constexpr int most_header_fields = 100;

inline constexpr auto user_agent = "sase-credential/" SASE_VERSION;

/// A reply's status, whatever number the peer wrote. POCO's own getter reads it through an enumeration that
/// has no room for all of them, which is undefined behaviour.
[[nodiscard]] int read_status(const Poco::Net::HTTPResponse& response);

/// One POST and its reply over a connection on which TLS is spoken already. Redirects are replies like any
/// other. Throws FailedAttempt (garbage) for a reply that breaks a bound or is shorter than it says, and
/// POCO's exceptions.
///
/// POCO and OpenSSL keep copies of what is sent and received, the key and the token included, in buffers that
/// they do not wipe; they last until this short-lived process ends, which leaves no core file.
[[nodiscard]] HttpReply exchange(const Poco::Net::SecureStreamSocket& socket, const Endpoint& endpoint,
                                 std::string_view body, Progress& progress);

/// The same for a GET that carries a token.
[[nodiscard]] HttpReply read_with_token(const Poco::Net::SecureStreamSocket& socket, const Endpoint& endpoint,
                                        std::string_view token, Progress& progress);

}  // namespace sase::authorize
