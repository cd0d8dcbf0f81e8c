// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/authorize/error_kind.hpp"
#include "protocol/host.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

// OpenSSL's own declarations, so that its headers are not needed here.
using ASN1_TIME = struct asn1_string_st;
using X509 = struct x509_st;
using X509_NAME = struct X509_name_st;
using X509_STORE_CTX = struct x509_store_ctx_st;

/// Why a TLS handshake failed, and the texts of certificates. Texts are not escaped unless stated.
namespace sase::authorize {

/// A time in a certificate, or nothing if it is invalid.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_time(const ASN1_TIME* time);

/// For a message: RFC 3339, or a text for an invalid time.
[[nodiscard]] std::string format_time(const std::optional<std::chrono::sys_seconds>& time);

/// The common name and the organization: `Example Root (Example Ltd)`.
[[nodiscard]] std::string display_name(const X509_NAME* name);

/// The first few DNS names and addresses of a certificate; empty if it has none.
[[nodiscard]] std::string subject_names(const X509* certificate);

/// Why OpenSSL did not trust a server's certificate.
struct CertificateFailure {
  int code = 0;   ///< an X509_V_ERR constant
  int depth = 0;  ///< 0: the server's own certificate; above: one of its issuers
  std::string subject;
  std::string issuer;
  std::string names;  ///< subject_names()
  std::optional<std::chrono::sys_seconds> not_before;
  std::optional<std::chrono::sys_seconds> not_after;

  [[nodiscard]] static CertificateFailure capture(X509_STORE_CTX* context);

  /// `now` is the system clock: a wrong one is a common cause.
  [[nodiscard]] protocol::AuthError describe(const protocol::Host& host, std::chrono::sys_seconds now) const;
};

/// Describes a failed handshake if the server's certificate is not the reason. `openssl_text` is OpenSSL's
/// line about it, such as `error:0A00010B:SSL routines::wrong version number`.
[[nodiscard]] protocol::AuthError describe_tls_failure(std::string_view openssl_text,
                                                       const protocol::Host& host);

/// Whether that line reports that the peer closed the connection without close_notify. So does an empty line:
/// POCO has an exception for this case, which since 1.12 also stands for other failures of TLS and then
/// contains their line.
[[nodiscard]] bool is_unexpected_end(std::string_view openssl_text) noexcept;

}  // namespace sase::authorize
