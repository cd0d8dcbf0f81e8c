// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/tls/tls_failure.hpp"
#include "helper/authorize/tls/trusted_roots.hpp"
#include "protocol/authorize/request.hpp"
#include "protocol/host.hpp"

#include <Poco/Net/Context.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace Poco::Net {
class SecureStreamSocket;
class StreamSocket;
}  // namespace Poco::Net

namespace sase::authorize {

/// What a handshake agrees on; recorded when the server's certificate is verified.
class TlsSession {
 public:
  [[nodiscard]] static TlsSession capture(X509_STORE_CTX* context) noexcept;

  /// For a message: `TLSv1.3, TLS_AES_256_GCM_SHA384, the certificate is for 'api.example.com', issued by
  /// 'Example Root'`. Names are escaped.
  [[nodiscard]] std::string describe() const;

  /// The expiry of the server's certificate; nothing if there is no certificate or its time is invalid.
  [[nodiscard]] std::optional<std::chrono::sys_seconds> end() const;

 private:
  struct Free {
    void operator()(X509* certificate) const noexcept;
  };

  const char* version_ = "";
  const char* cipher_ = "";
  std::unique_ptr<X509, Free> certificate_;
};

/// TLS 1.2 or later with one host. OpenSSL verifies the certificate and its name during the handshake, so no
/// byte is sent to another host. POCO's process-wide defaults, which are laxer and may prompt on the
/// terminal, are never used.
class TlsContext {
 public:
  /// Throws FailedAttempt (misconfigured) for unusable certificates and keys.
  TlsContext(const protocol::AuthorizeRequest& request, const protocol::Host& host);
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext() = default;

  /// Performs the handshake over a connected socket, which keeps its timeouts. Throws POCO's exceptions; if
  /// the certificate is the reason, certificate_failure() describes it.
  [[nodiscard]] Poco::Net::SecureStreamSocket handshake(Poco::Net::StreamSocket& socket);

  [[nodiscard]] const std::optional<CertificateFailure>& certificate_failure() const noexcept {
    return verdict_.failure;
  }

  /// Why a trusted certificate could not be read, if that ended the last handshake.
  [[nodiscard]] const std::optional<protocol::AuthError>& file_error() const noexcept {
    return verdict_.file_error;
  }

  /// What the last handshake agreed on, or would have without the failure of the certificate.
  [[nodiscard]] const TlsSession& session() const noexcept { return verdict_.session; }

 private:
  /// The result of the verification of the server's certificate.
  struct Verdict {
    std::optional<CertificateFailure> failure = {};
    std::optional<protocol::AuthError> file_error = {};
    TlsSession session = {};
  };

  static int verify(X509_STORE_CTX* store, void* self) noexcept;

  protocol::Host host_;
  Poco::Net::Context::Ptr context_;
  TrustedRoots roots_;
  Verdict verdict_;
};

}  // namespace sase::authorize
