// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/http/https_exchange.hpp"
#include "helper/authorize/http/transport.hpp"
#include "helper/network/report/progress.hpp"
#include "helper/network/tls/tls_context.hpp"
#include "protocol/authorize/request.hpp"
#include "protocol/host.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace Poco::Net {
class SecureStreamSocket;
class StreamSocket;
}  // namespace Poco::Net

namespace sase::authorize {

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
