// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/http/transport.hpp"
#include "helper/network/report/progress.hpp"
#include "protocol/host.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace Poco::Net {
class SecureStreamSocket;
}  // namespace Poco::Net

namespace sase::authorize {

/// The parts of the URL of a request.
struct Endpoint {
  protocol::Host host;
  std::string path;  ///< begins with `/`; printable ASCII without blanks, so it cannot end the request line

  /// Throws FailedAttempt (misconfigured) for a URL that is not https or is invalid.
  [[nodiscard]] static Endpoint parse(std::string_view url);
};

/// The limit of a reply. The service's own replies are far smaller.
inline constexpr std::size_t largest_body = std::size_t{256} * 1024;

/// One POST, which is counted, and its reply over an established TLS connection. A redirect is returned like
/// any other reply. Throws FailedAttempt (invalid_response) for a reply that exceeds a limit or is
/// incomplete, and POCO's exceptions.
///
/// POCO and OpenSSL keep copies of what is sent and received, including the key and the token, in buffers
/// that they do not wipe; they last until this short-lived process ends, which leaves no core file.
[[nodiscard]] HttpReply exchange(const Poco::Net::SecureStreamSocket& socket, const Endpoint& endpoint,
                                 std::string_view body, Progress& progress);

/// The same for a GET that carries a token.
[[nodiscard]] HttpReply read_with_token(const Poco::Net::SecureStreamSocket& socket, const Endpoint& endpoint,
                                        std::string_view token, Progress& progress);

}  // namespace sase::authorize
