// SPDX-License-Identifier: Apache-2.0
#include "helper/network/tls/tls_failure.hpp"

#include "protocol/escape.hpp"
#include "protocol/time.hpp"

#include <Poco/Net/IPAddress.h>
#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/sslerr.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <memory>
#include <utility>

namespace sase::network {

namespace {

/// More names than these make a message too long.
constexpr int most_names = 4;

struct Free {
  void operator()(GENERAL_NAMES* names) const noexcept { GENERAL_NAMES_free(names); }
  void operator()(unsigned char* text) const noexcept { OPENSSL_free(text); }
  void operator()(ASN1_TIME* time) const noexcept { ASN1_TIME_free(time); }
};

std::string to_text(const ASN1_STRING* string) {
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, string);
  if (size < 0) return {};
  const std::unique_ptr<unsigned char, Free> owner(utf8);
  return {reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size)};
}

std::string find_entry(const X509_NAME* name, int nid) {
  const int index = X509_NAME_get_index_by_NID(name, nid, -1);
  return index < 0 ? std::string() : to_text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
}

std::string address_to_text(const ASN1_OCTET_STRING* address) {
  const auto size = static_cast<poco_socklen_t>(ASN1_STRING_length(address));
  if (size != 4 && size != 16) return {};
  return Poco::Net::IPAddress(ASN1_STRING_get0_data(address), size).toString();
}

std::string to_text(const GENERAL_NAME& name) {
  if (name.type == GEN_DNS) return to_text(name.d.dNSName);
  if (name.type == GEN_IPADD) return address_to_text(name.d.iPAddress);
  return {};
}

using std::chrono::sys_seconds;

std::string in_quotes(std::string_view name) { return '\'' + protocol::escape(name) + '\''; }

struct TlsReason {
  int reason;
  const char* what;  ///< after the host's name
  const char* PeerWords::*hint;
  bool transient = false;
};

constexpr auto check_port = &PeerWords::no_tls;
constexpr auto old_tls = &PeerWords::old_tls;
constexpr auto check_between = &PeerWords::broken_handshake;
constexpr auto wants_certificate = &PeerWords::rejected_client;

constexpr std::array<TlsReason, 16> tls_reasons = {{
    {SSL_R_WRONG_VERSION_NUMBER, "does not speak TLS", check_port},
    {SSL_R_HTTP_REQUEST, "does not speak TLS", check_port},
    {SSL_R_PACKET_LENGTH_TOO_LONG, "does not speak TLS", check_port},
    {SSL_R_UNSUPPORTED_PROTOCOL, "offers neither TLS 1.2 nor a newer version", old_tls},
    {SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, "offers neither TLS 1.2 nor a newer version", old_tls},
    {SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, "has no TLS version or cipher in common (handshake failure)",
     &PeerWords::no_cipher},
    {SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, "asks for a client certificate", wants_certificate},
    {SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, "does not accept the client certificate", wants_certificate},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, "says that the client certificate has expired",
     wants_certificate},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, "does not accept the client certificate", wants_certificate},
    {SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE, "does not accept the client certificate", wants_certificate},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, "says that the client certificate was revoked",
     wants_certificate},
    {SSL_R_TLSV1_ALERT_UNKNOWN_CA, "does not know the issuer of the client certificate", wants_certificate},
    {SSL_R_TLSV1_UNRECOGNIZED_NAME, "does not serve this name", &PeerWords::unknown_name},
    {SSL_R_TLSV1_ALERT_INTERNAL_ERROR, "reports an internal error during the TLS handshake", check_between,
     /*transient=*/true},
    {SSL_R_UNEXPECTED_EOF_WHILE_READING, "closed the connection during the TLS handshake", check_between,
     /*transient=*/true},
}};

/// The reason in a line of OpenSSL, or 0. The line begins with `error:` and the packed code in hexadecimal
/// (ERR_error_string(3)); POCO's exception contains only this line.
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

std::string display_name(const X509_NAME* name) {
  const std::string common = find_entry(name, NID_commonName);
  const std::string organization = find_entry(name, NID_organizationName);
  if (common.empty()) return organization.empty() ? "an unnamed authority" : organization;
  return organization.empty() || organization == common ? common : common + " (" + organization + ')';
}

std::string subject_names(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, Free> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string list;
  int listed = 0;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const std::string text = to_text(*sk_GENERAL_NAME_value(names.get(), i));
    if (text.empty()) continue;
    if (listed == most_names) return list + ", ...";
    list += (listed++ == 0 ? "" : ", ") + text;
  }
  return list;
}

std::optional<std::chrono::sys_seconds> parse_time(const ASN1_TIME* time) {
  const std::unique_ptr<ASN1_TIME, Free> epoch(ASN1_TIME_set(nullptr, 0));
  int days = 0;
  int seconds = 0;
  // OpenSSL takes null as the current time.
  if (time == nullptr || ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) return std::nullopt;
  return std::chrono::sys_days(std::chrono::days(days)) + std::chrono::seconds(seconds);
}

std::string format_time(const std::optional<std::chrono::sys_seconds>& time) {
  return time ? protocol::format_rfc3339(*time) : "an unreadable date";
}

protocol::AuthError describe_certificate_failure(int code, int depth, const X509* certificate,
                                                 const protocol::Host& host, sys_seconds now,
                                                 const PeerWords& words) {
  const auto rejected = [](std::string what, std::string hint) {
    return protocol::AuthError{.kind = protocol::ErrorKind::unreachable,
                               .transient = false,
                               .what = std::move(what),
                               .hint = std::move(hint)};
  };
  const std::string subject = in_quotes(display_name(X509_get_subject_name(certificate)));
  const std::string names = subject_names(certificate);
  const std::string servers =
      words.names_host ? "the certificate of '" + host.text() + '\'' : "its certificate";
  const std::string whose =
      depth == 0 ? servers : "the certificate " + subject + ", an issuer of " + servers + ',';
  const std::string clock = "this machine's clock says " + protocol::format_rfc3339(now) + ": ";
  switch (code) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return rejected(servers + " was issued by " +
                          in_quotes(display_name(X509_get_issuer_name(certificate))) +
                          ", which is not trusted",
                      words.unknown_issuer);
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return rejected(whose + " is self-signed (" + subject + ") and not trusted", words.self_signed);
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return rejected(whose + " has expired: it was valid until " +
                          format_time(parse_time(X509_get0_notAfter(certificate))),
                      clock + words.expired);
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return rejected(
          whose + " is not valid before " + format_time(parse_time(X509_get0_notBefore(certificate))),
          clock + "set it if that is wrong");
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      if (names.empty())
        return rejected(
            servers + " contains no host name, only the common name " + subject,
            "the server needs a certificate with a subject alternative name: common names are not used");
      return rejected(
          "the certificate that answered is for " + in_quotes(names) + ", not for '" + host.name + '\'',
          words.other_name);
    default:
      return rejected(whose + " is not acceptable: " + protocol::escape(X509_verify_cert_error_string(code)),
                      words.unacceptable_certificate);
  }
}

protocol::AuthError describe_tls_failure(std::string_view openssl_text, const protocol::Host& host,
                                         const PeerWords& words) {
  const auto* const found = std::ranges::find(tls_reasons, reason_in(openssl_text), &TlsReason::reason);
  const bool known = found != tls_reasons.end();
  return {.kind = protocol::ErrorKind::unreachable,
          .transient = known && found->transient,
          .what = (words.names_host ? '\'' + host.text() + "' " : std::string()) +
                  (known ? found->what : "cannot be reached over TLS: " + protocol::escape(openssl_text)),
          .hint = words.*(known ? found->hint : check_port)};
}

bool is_unexpected_end(std::string_view openssl_text) noexcept {
  return openssl_text.empty() || reason_in(openssl_text) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
}

}  // namespace sase::network
