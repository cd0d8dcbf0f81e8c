// SPDX-License-Identifier: Apache-2.0
#include "helper/network/tls/tls_failure.hpp"
#include "tests/support/catch.hpp"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <memory>
#include <string>

using namespace std::chrono_literals;
using sase::protocol::ErrorKind;
using sase::protocol::Host;

namespace {

template <auto release>
struct Free {
  template <typename Part>
  void operator()(Part* part) const noexcept {
    release(part);
  }
};
using Certificate = std::unique_ptr<X509, Free<X509_free>>;

void set_common_name(X509_NAME* name, const std::string& text) {
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()),
                             static_cast<int>(text.size()), -1, 0);
}

/// Without a signature, which the messages do not need. `names` are its subject alternative names.
Certificate make_certificate(std::chrono::sys_seconds not_before, std::chrono::sys_seconds not_after,
                             const std::string& names) {
  Certificate certificate(X509_new());
  set_common_name(X509_get_subject_name(certificate.get()), "Leaf");
  set_common_name(X509_get_issuer_name(certificate.get()), "Evil\nRoot");
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), not_before.time_since_epoch().count());
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), not_after.time_since_epoch().count());
  if (names.empty()) return certificate;
  const std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>> extension(
      X509V3_EXT_nconf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str()));
  X509_add_ext(certificate.get(), extension.get(), -1);
  return certificate;
}

}  // namespace

TEST_CASE("describes each reason to reject a certificate, with its remedy",
          "[authorize][certificate_failure]") {
  struct Row {
    int code;
    int depth;
    std::string words;
    std::string hint;
    std::string names = "DNS:a.example,DNS:b.example";
  };
  const auto row = GENERATE(values<Row>({
      {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 0,
       R"(the certificate of 'api.example.com' was issued by 'Evil\x0aRoot', which is not trusted)",
       "ca-file"},
      {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, 2,
       R"(the certificate of 'api.example.com' was issued by 'Evil\x0aRoot', which is not trusted)",
       "ca-file"},
      {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, 0,
       "the certificate of 'api.example.com' is self-signed ('Leaf') and not trusted", "ca-file"},
      {X509_V_ERR_CERT_HAS_EXPIRED, 0, "has expired: it was valid until 2027-01-15T07:00:00Z",
       "clock says 2027-01-15T08:00:00Z"},
      {X509_V_ERR_CERT_HAS_EXPIRED, 1,
       "the certificate 'Leaf', an issuer of the certificate of 'api.example.com', has expired: it was valid "
       "until",
       "clock"},
      {X509_V_ERR_CERT_NOT_YET_VALID, 0, "is not valid before 2027-01-15T09:00:00Z",
       "clock says 2027-01-15T08:00:00Z"},
      {X509_V_ERR_HOSTNAME_MISMATCH, 0,
       "the certificate that answered is for 'a.example, b.example', not for 'api.example.com'",
       "region and url"},
      {X509_V_ERR_HOSTNAME_MISMATCH, 0,
       "the certificate of 'api.example.com' contains no host name, only the common name 'Leaf'",
       "subject alternative name", ""},
      {X509_V_ERR_IP_ADDRESS_MISMATCH, 0, "not for 'api.example.com'", "region and url"},
      {X509_V_ERR_EE_KEY_TOO_SMALL, 0, "is not acceptable: EE certificate key too weak", "ca-file"},
  }));

  DYNAMIC_SECTION(row.words) {
    const std::chrono::sys_seconds now{1'800'000'000s};
    const auto certificate = make_certificate(now + 1h, now - 1h, row.names);
    const auto auth_error = sase::network::describe_certificate_failure(
        row.code, row.depth, certificate.get(), *Host::parse("api.example.com"), now);

    CHECK(auth_error.kind == ErrorKind::unreachable);
    CHECK_FALSE(auth_error.transient);
    CHECK(auth_error.what.find(row.words) != std::string::npos);
    CHECK(auth_error.hint.find(row.hint) != std::string::npos);
  }
}
