// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/network/tls/credential_files.hpp"
#include "protocol/authorize/response.hpp"
#include "protocol/host.hpp"

#include <Poco/Net/Context.h>

#include <chrono>
#include <optional>
#include <string>

namespace Poco::Net {
class SecureStreamSocket;
class StreamSocket;
}  // namespace Poco::Net

namespace sase::network {

/// A certificate that expires sooner causes a warning: its renewal takes people some days.
inline constexpr std::chrono::hours short_validity{24 * 14};

/// What a handshake agrees on, or would have without the failure of the certificate.
struct TlsSession {
  /// `TLSv1.3, TLS_AES_256_GCM_SHA384, the certificate is for 'api.example.com', issued by 'Example Root',
  /// valid until 2027-01-15T08:00:00Z (12 days left)`. Names are escaped.
  std::string description;
  std::optional<std::chrono::sys_seconds> end;  ///< of the certificate's validity; nothing if it is invalid
};

/// TLS 1.2 or later with one host. OpenSSL verifies the certificate and its name during the handshake, so no
/// byte is sent to another host. POCO's process-wide defaults, which are laxer and may prompt on the
/// terminal, are never used.
class TlsContext {
 public:
  /// Throws FailedAttempt (misconfigured) for unusable certificates and keys.
  TlsContext(const TlsFiles& files, const protocol::Host& host);
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext() = default;

  /// Performs the handshake over a connected socket, which keeps its timeouts. Throws POCO's exceptions; if
  /// the certificate is the reason, error() describes it.
  [[nodiscard]] Poco::Net::SecureStreamSocket handshake(Poco::Net::StreamSocket& socket);

  /// Why the last handshake failed, if the certificate or the files with the trusted ones are the reason.
  [[nodiscard]] const std::optional<protocol::AuthError>& error() const noexcept { return error_; }

  /// Of the last handshake; empty if it failed before the verification.
  [[nodiscard]] const TlsSession& session() const noexcept { return session_; }

  /// When the client certificate ends; nothing without one.
  [[nodiscard]] std::optional<std::chrono::sys_seconds> client_certificate_end() const;

 private:
  static int verify(X509_STORE_CTX* store, void* self) noexcept;

  protocol::Host host_;
  const PeerWords& words_;
  Poco::Net::Context::Ptr context_;
  TrustedRoots roots_;
  TlsSession session_;
  std::optional<protocol::AuthError> error_;
};

}  // namespace sase::network
