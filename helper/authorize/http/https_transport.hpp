// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/http/transport.hpp"
#include "helper/network/report/progress.hpp"
#include "helper/network/tls/tls_context.hpp"
#include "protocol/authorize/request.hpp"
#include "protocol/host.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace Poco::Net {
class SecureStreamSocket;
class StreamSocket;
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

/// The network: name resolution, proxy, TLS and HTTP, with one connection per request. The exceptions of POCO
/// and the errors of OpenSSL become FailedAttempt here.
class HttpsTransport : public Transport {
 public:
  /// Both must outlive this object. Throws FailedAttempt (misconfigured).
  HttpsTransport(const protocol::AuthorizeRequest& request, Progress& progress);

  [[nodiscard]] HttpReply post(std::string_view body) override;
  [[nodiscard]] HttpReply get(std::string_view url, std::string_view token) override;
  void reach() override;

 private:
  /// Performs `action`; throws FailedAttempt for any failure in it.
  template <typename Action>
  auto attempt(const Action& action);
  [[nodiscard]] Poco::Net::SecureStreamSocket open();
  [[nodiscard]] Poco::Net::StreamSocket connect();
  [[nodiscard]] Poco::Net::StreamSocket connect_to(const protocol::Host& host);
  [[nodiscard]] std::string bypassed() const;
  [[nodiscard]] protocol::AuthError explain_failure() const;
  [[nodiscard]] protocol::AuthError not_http() const;
  [[nodiscard]] protocol::AuthError broken(std::string_view what) const;

  const protocol::AuthorizeRequest& request_;
  Progress& progress_;
  Endpoint endpoint_;
  std::optional<protocol::ProxyUrl> proxy_;
  network::TlsContext tls_;
};

}  // namespace sase::authorize
