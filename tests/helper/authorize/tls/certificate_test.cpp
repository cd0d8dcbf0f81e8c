// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/tls/tls_failure.hpp"
#include "tests/support/catch.hpp"

#include <openssl/x509_vfy.h>

#include <chrono>
#include <string>

using namespace std::chrono_literals;
using sase::authorize::CertificateFailure;
using sase::protocol::ErrorKind;
using sase::protocol::Host;

TEST_CASE("describes each reason to reject a certificate, with its remedy",
          "[authorize][certificate_failure]") {
  struct Row {
    int code;
    int depth;
    std::string words;
    std::string hint;
    std::string names = "a.example, b.example";
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
    const CertificateFailure failure{.code = row.code,
                                     .depth = row.depth,
                                     .subject = "Leaf",
                                     .issuer = "Evil\nRoot",
                                     .names = row.names,
                                     .not_before = now + 1h,
                                     .not_after = now - 1h};
    const auto auth_error = failure.describe(*Host::parse("api.example.com"), now);

    CHECK(auth_error.kind == ErrorKind::unreachable);
    CHECK_FALSE(auth_error.transient);
    CHECK(auth_error.what.find(row.words) != std::string::npos);
    CHECK(auth_error.hint.find(row.hint) != std::string::npos);
  }
}
