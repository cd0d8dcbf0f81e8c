// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/certificate_authority.hpp"

#include "tests/sandbox/certificate.hpp"
#include "tests/sandbox/random_text.hpp"

#include <string_view>

namespace sase::sandbox {

namespace {

constexpr long day = 86'400;  // seconds

/// Certificates start in the past: clients under test may run with a clock that is behind.
constexpr Validity authority_validity{-30 * day, 3650 * day};

Validity choose_validity(CertificateKind kind) {
  switch (kind) {
    case CertificateKind::expired: return {-30 * day, -1 * day};
    case CertificateKind::not_yet: return {1 * day, 397 * day};
    case CertificateKind::good:
    case CertificateKind::wrong_name:
    case CertificateKind::self_signed: break;
  }
  return {-30 * day, 397 * day};
}

bool is_address(std::string_view name) {
  return name.find(':') != std::string_view::npos ||
         name.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string alternative_names(CertificateKind kind, const std::vector<std::string>& names) {
  if (kind == CertificateKind::wrong_name) return "DNS:wrong-name.invalid";
  std::string list = "DNS:localhost,IP:127.0.0.1,IP:::1";
  for (const std::string& name : names)
    list.append(is_address(name) ? ",IP:" : ",DNS:").append(name);
  return list;
}

Identity create_authority(const StateDirectory& directory) {
  // A unique name keeps clients from confusing the authorities of two sandboxes. It is in messages, so it
  // must not look like a part of a key or token: those begin with `eyJ`.
  Identity authority =
      self_signed_identity({.common_name = "sase-sandbox CA " + random_letters(8),
                            .validity = authority_validity,
                            .extensions = {{"basicConstraints", "critical,CA:TRUE,pathlen:0"},
                                           {"keyUsage", "critical,keyCertSign,cRLSign"},
                                           {"subjectKeyIdentifier", "hash"}}});
  directory.write("ca-key.pem", authority.key_pem());
  directory.write("ca.pem", authority.certificate_pem());
  return authority;
}

Identity get_or_create_authority(const StateDirectory& directory) {
  const auto certificate = directory.read("ca.pem");
  const auto key = directory.read("ca-key.pem");
  if (certificate && key) {
    // An invalid or expiring authority of an earlier run is replaced.
    if (auto earlier = read_identity(*certificate, *key); earlier && earlier->lives_for(day)) return *earlier;
  }
  return create_authority(directory);
}

}  // namespace

void issue_certificate(const StateDirectory& directory, CertificateKind kind,
                       const std::vector<std::string>& names) {
  const Identity authority = get_or_create_authority(directory);
  const CertificateRequest request{.common_name = "sase-sandbox",
                                   .validity = choose_validity(kind),
                                   .extensions = {{"basicConstraints", "critical,CA:FALSE"},
                                                  {"keyUsage", "critical,digitalSignature"},
                                                  {"extendedKeyUsage", "serverAuth"},
                                                  {"subjectKeyIdentifier", "hash"},
                                                  {"authorityKeyIdentifier", "keyid"},
                                                  {"subjectAltName", alternative_names(kind, names)}}};
  const Identity server = kind == CertificateKind::self_signed ? self_signed_identity(request)
                                                               : signed_identity(request, authority);
  directory.write("server-key.pem", server.key_pem());
  directory.write("server.pem", server.certificate_pem());
}

}  // namespace sase::sandbox
