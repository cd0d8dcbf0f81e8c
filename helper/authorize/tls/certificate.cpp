// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/tls/certificate.hpp"

#include "protocol/escape.hpp"
#include "protocol/time.hpp"

#include <Poco/Net/IPAddress.h>
#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <cstddef>
#include <ctime>
#include <memory>
#include <string_view>
#include <utility>

namespace sase::authorize {

namespace {

/// More names than these make a message too long.
constexpr int most_names = 4;

struct FreeNames {
  void operator()(GENERAL_NAMES* names) const noexcept { GENERAL_NAMES_free(names); }
};

struct FreeText {
  void operator()(unsigned char* text) const noexcept { OPENSSL_free(text); }
};

std::string to_text(const ASN1_STRING* string) {
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, string);
  if (size < 0) return {};
  const std::unique_ptr<unsigned char, FreeText> owner(utf8);
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

}  // namespace

std::string display_name(const X509_NAME* name) {
  const std::string common = find_entry(name, NID_commonName);
  const std::string organisation = find_entry(name, NID_organizationName);
  if (common.empty()) return organisation.empty() ? "an unnamed authority" : organisation;
  return organisation.empty() || organisation == common ? common : common + " (" + organisation + ')';
}

std::string subject_names(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string list;
  int listed = 0;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const std::string text = to_text(*sk_GENERAL_NAME_value(names.get(), i));
    if (text.empty()) continue;
    if (listed == most_names) return list + ", ...";
    list += (listed++ == 0 ? "" : ", ") + text;
  }
  return list.empty() ? display_name(X509_get_subject_name(certificate)) : list;
}

std::optional<std::chrono::sys_seconds> parse_time(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::from_time_t(timegm(&parts)));
}

std::string format_time(const std::optional<std::chrono::sys_seconds>& time) {
  return time ? protocol::format_rfc3339(*time) : "an unreadable date";
}

namespace {

using std::chrono::sys_seconds;

std::string in_quotes(std::string_view name) {
  return '\'' + protocol::escape(name) + '\'';
}

struct Description {
  std::string what;
  std::string hint;
};

Description unknown_issuer(const CertificateFailure& failure, const std::string& whose) {
  return {whose + " was issued by " + in_quotes(failure.issuer) + ", which is not trusted",
          "if that is your company's proxy or a private service, name its root certificate with ca-file"};
}

Description self_signed(const CertificateFailure& failure, const std::string& whose) {
  return {whose + " is self-signed (" + in_quotes(failure.subject) + ") and not trusted",
          "if this is your own service, name that certificate with ca-file"};
}

Description expired(const CertificateFailure& failure, const std::string& whose, sys_seconds now) {
  return {whose + " has expired: it was valid until " + format_time(failure.not_after),
          "this machine's clock says " + protocol::format_rfc3339(now) +
              ": if that is right, the service must renew it"};
}

Description not_yet_valid(const CertificateFailure& failure, const std::string& whose, sys_seconds now) {
  return {whose + " is not valid before " + format_time(failure.not_before),
          "this machine's clock says " + protocol::format_rfc3339(now) + ": set it if that is wrong"};
}

Description wrong_name(const CertificateFailure& failure, const protocol::Host& host) {
  return {
      "the certificate that answered is for " + in_quotes(failure.names) + ", not for '" + host.name + '\'',
      "check region and url, and that no captive portal or proxy answers in the service's place"};
}

Description other(const CertificateFailure& failure, const std::string& whose) {
  return {whose + " is not acceptable: " + protocol::escape(X509_verify_cert_error_string(failure.code)),
          "if that is your company's proxy or a private service, check its certificates and ca-file"};
}

Description describe_failure(const CertificateFailure& failure, const protocol::Host& host, sys_seconds now) {
  const std::string whose = failure.depth == 0 ? "the certificate of '" + host.text() + '\''
                                               : "the certificate " + in_quotes(failure.subject) +
                                                     ", which vouches for '" + host.text() + "',";
  switch (failure.code) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return unknown_issuer(failure, "the certificate of '" + host.text() + '\'');
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return self_signed(failure, whose);
    case X509_V_ERR_CERT_HAS_EXPIRED: return expired(failure, whose, now);
    case X509_V_ERR_CERT_NOT_YET_VALID: return not_yet_valid(failure, whose, now);
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return wrong_name(failure, host);
    default: return other(failure, whose);
  }
}

}  // namespace

CertificateFailure CertificateFailure::capture(X509_STORE_CTX* context) {
  CertificateFailure failure;
  failure.code = X509_STORE_CTX_get_error(context);
  failure.depth = X509_STORE_CTX_get_error_depth(context);
  const X509* certificate = X509_STORE_CTX_get_current_cert(context);
  if (certificate == nullptr) certificate = X509_STORE_CTX_get0_cert(context);
  if (certificate == nullptr) return failure;
  failure.subject = display_name(X509_get_subject_name(certificate));
  failure.issuer = display_name(X509_get_issuer_name(certificate));
  failure.names = subject_names(certificate);
  failure.not_before = parse_time(X509_get0_notBefore(certificate));
  failure.not_after = parse_time(X509_get0_notAfter(certificate));
  return failure;
}

protocol::AuthError CertificateFailure::describe(const protocol::Host& host, sys_seconds now) const {
  Description words = describe_failure(*this, host, now);
  return {.kind = protocol::ErrorKind::unreachable,
          .transient = false,
          .what = std::move(words.what),
          .hint = std::move(words.hint),
          .retry_after = {}};
}

}  // namespace sase::authorize
