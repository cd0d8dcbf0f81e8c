// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/network/tls/peer_words.hpp"
#include "protocol/authorize/response.hpp"
#include "protocol/host.hpp"

#include <openssl/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// Why a TLS handshake failed, and the texts of certificates. Texts are not escaped unless stated.
namespace sase::network {

/// A time in a certificate, or nothing if it is invalid.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_time(const ASN1_TIME* time);

/// For a message: RFC 3339, or a text for an invalid time.
[[nodiscard]] std::string format_time(const std::optional<std::chrono::sys_seconds>& time);

/// The common name and the organization: `Example Root (Example Ltd)`.
[[nodiscard]] std::string display_name(const X509_NAME* name);

/// The first few DNS names and addresses of a certificate; empty if it has none.
[[nodiscard]] std::string subject_names(const X509* certificate);

/// Why OpenSSL did not trust a server's certificate. `code` is an X509_V_ERR constant, `depth` is 0 for the
/// server's own certificate and more for its issuers, `now` is the system clock: a wrong one is a common
/// cause.
[[nodiscard]] protocol::AuthError describe_certificate_failure(int code, int depth, const X509* certificate,
                                                               const protocol::Host& host,
                                                               std::chrono::sys_seconds now,
                                                               const PeerWords& words = service_words);

/// Describes a failed handshake if the server's certificate is not the reason. `openssl_text` is OpenSSL's
/// line about it, such as `error:0A00010B:SSL routines::wrong version number`.
[[nodiscard]] protocol::AuthError describe_tls_failure(std::string_view openssl_text,
                                                       const protocol::Host& host,
                                                       const PeerWords& words = service_words);

/// Whether that line reports that the peer closed the connection without close_notify. So does an empty line:
/// POCO has an exception for this case, which since 1.12 also stands for other failures of TLS and then
/// contains their line.
[[nodiscard]] bool is_unexpected_end(std::string_view openssl_text) noexcept;

}  // namespace sase::network
