// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/tls/certificate_failure.hpp"

#include "helper/authorize/tls/certificate_time.hpp"
#include "helper/authorize/tls/subject_names.hpp"
#include "protocol/escape.hpp"
#include "protocol/time.hpp"

#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string_view>
#include <utility>

namespace sase::authorize {

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
  return {whose + " is signed by itself (" + in_quotes(failure.subject) + ") and not trusted",
          "if this is your own service, name that certificate with ca-file"};
}

Description expired(const CertificateFailure& failure, const std::string& whose, sys_seconds now) {
  return {whose + " has expired: it was valid until " + show(failure.not_after),
          "this machine's clock says " + protocol::format_rfc3339(now) +
              ": if that is right, the service must renew it"};
}

Description not_yet_valid(const CertificateFailure& failure, const std::string& whose, sys_seconds now) {
  return {whose + " is not valid before " + show(failure.not_before),
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
  failure.not_before = time_of(X509_get0_notBefore(certificate));
  failure.not_after = time_of(X509_get0_notAfter(certificate));
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
