// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/tls/certificate.hpp"
#include "protocol/authorize/request.hpp"
#include "protocol/host.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace Poco::Net {
class SecureStreamSocket;
class StreamSocket;
}  // namespace Poco::Net

namespace sase::authorize {

/// What a handshake agrees on, taken down when the server's certificate has been looked at.
class TlsSession {
 public:
  [[nodiscard]] static TlsSession capture(X509_STORE_CTX* context) noexcept;

  /// For a person: `TLSv1.3, TLS_AES_256_GCM_SHA384, the certificate is for 'api.example.com', issued by
  /// 'Example Root'`. Names are escaped.
  [[nodiscard]] std::string describe() const;

  /// When the server's certificate ends; nothing where there is none, or the time cannot be read.
  [[nodiscard]] std::optional<std::chrono::sys_seconds> end() const;

 private:
  struct Free {
    void operator()(X509* certificate) const noexcept;
  };

  const char* version_ = "";
  const char* cipher_ = "";
  std::unique_ptr<X509, Free> certificate_;
};

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
