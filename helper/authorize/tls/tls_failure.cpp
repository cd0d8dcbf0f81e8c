// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/tls/tls_failure.hpp"

#include "protocol/escape.hpp"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace sase::authorize {

namespace {

struct Meaning {
  int reason;
  bool transient;
  const char* what;  ///< after the host's name
  const char* hint;
};

constexpr auto check_port = "check url and its port: something else than the service may answer there";
constexpr auto old_tls = "a proxy or an outdated server answers: TLS 1.2 is the least that is accepted";
constexpr auto check_between = "check the network and proxy: something between may not let TLS through";
constexpr auto wants_certificate = "set client-cert and client-key, or check them";

constexpr std::array<Meaning, 16> meanings = {{
    {SSL_R_WRONG_VERSION_NUMBER, false, "does not speak TLS", check_port},
    {SSL_R_HTTP_REQUEST, false, "does not speak TLS", check_port},
    {SSL_R_PACKET_LENGTH_TOO_LONG, false, "does not speak TLS", check_port},
    {SSL_R_UNSUPPORTED_PROTOCOL, false, "offers no TLS version from 1.2 on", old_tls},
    {SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, false, "offers no TLS version from 1.2 on", old_tls},
    {SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, false, "has no TLS version or cipher in common (handshake failure)",
     "it may want a client certificate (client-cert), or offer only outdated ciphers"},
    {SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, false, "asks for a client certificate", wants_certificate},
    {SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, false, "does not accept the client certificate", wants_certificate},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, false, "says that the client certificate has expired",
     wants_certificate},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, false, "does not accept the client certificate",
     wants_certificate},
    {SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE, false, "does not accept the client certificate",
     wants_certificate},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, false, "says that the client certificate was revoked",
     wants_certificate},
    {SSL_R_TLSV1_ALERT_UNKNOWN_CA, false, "does not know the issuer of the client certificate",
     wants_certificate},
    {SSL_R_TLSV1_UNRECOGNIZED_NAME, false, "does not serve this name", "check region and url"},
    {SSL_R_TLSV1_ALERT_INTERNAL_ERROR, true, "reports an internal error during the TLS handshake",
     check_between},
    {SSL_R_UNEXPECTED_EOF_WHILE_READING, true, "closed the connection during the TLS handshake",
     check_between},
}};

/// The reason inside an OpenSSL error, or 0. POCO hands on only the line, which begins `error:` and the
/// packed code in hexadecimal (ERR_error_string(3)).
int reason_in(std::string_view line) noexcept {
  constexpr std::string_view prefix = "error:";
  const auto start = line.find(prefix);
  if (start == std::string_view::npos) return 0;
  line.remove_prefix(start + prefix.size());
  unsigned long code = 0;
  (void)std::from_chars(line.data(), line.data() + line.size(), code, 16);
  return ERR_GET_REASON(code);
}

}  // namespace

protocol::AuthError describe_tls_failure(std::string_view openssl_text, const protocol::Host& host) {
  const auto* const found = std::ranges::find(meanings, reason_in(openssl_text), &Meaning::reason);
  const bool known = found != meanings.end();
  return {.kind = protocol::ErrorKind::unreachable,
          .transient = known && found->transient,
          .what = '\'' + host.text() + "' " +
                  (known ? found->what : "cannot be reached over TLS: " + protocol::escape(openssl_text)),
          .hint = known ? found->hint : check_port,
          .retry_after = {}};
}

bool is_unexpected_end(std::string_view openssl_text) noexcept {
  return openssl_text.empty() || reason_in(openssl_text) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
}

}  // namespace sase::authorize
