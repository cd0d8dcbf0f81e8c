// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/tls/certificate_failure.hpp"
#include "helper/authorize/tls/tls_session.hpp"
#include "protocol/authorize/exchange.hpp"
#include "protocol/host.hpp"

#include <memory>
#include <optional>

namespace Poco::Net {
class SecureStreamSocket;
class StreamSocket;
}  // namespace Poco::Net

namespace sase::authorize {

/// How TLS is spoken with one host: version 1.2 at least, its certificate and its name verified inside
/// OpenSSL during the handshake, so that not a byte is sent to anybody else. POCO's process-wide defaults,
/// which are laxer and may ask on the terminal, are never used.
class TlsContext {
 public:
  /// Throws FailedAttempt (misconfigured) for certificates and keys that cannot be used.
  TlsContext(const protocol::AuthorizeRequest& request, const protocol::Host& host);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// Speaks TLS over a connected socket, which keeps its timeouts. Throws POCO's exceptions; where it is the
  /// certificate that failed, certificate_failure() says why.
  [[nodiscard]] Poco::Net::SecureStreamSocket handshake(Poco::Net::StreamSocket& socket);

  [[nodiscard]] const std::optional<CertificateFailure>& certificate_failure() const noexcept;

  /// What the last handshake agreed on, or would have if it had not failed over the certificate.
  [[nodiscard]] const TlsSession& session() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sase::authorize
