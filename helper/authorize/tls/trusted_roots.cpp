// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/tls/trusted_roots.hpp"

#include "helper/authorize/report/progress.hpp"
#include "helper/os/files/file_status.hpp"
#include "protocol/escape.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace sase::authorize {

namespace {

/// Where distributions keep hashed directories and bundles, besides the paths that OpenSSL was built with.
constexpr std::array<const char*, 3> hashed_directories = {"/etc/ssl/certs", "/etc/pki/tls/certs",
                                                           "/etc/pki/ca-trust/extracted/pem/directory-hash"};
constexpr std::array<const char*, 5> bundles = {
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};

/// The name of a certificate in a hashed directory: eight hexadecimal digits and `.0` (openssl-rehash(1)).
bool is_hash_name(std::string_view name) noexcept {
  constexpr std::size_t digits = 8;
  return name.size() == digits + 2 && name.ends_with(".0") &&
         name.find_first_not_of("0123456789abcdef") == digits;
}

bool is_hashed(const char* path) {
  return std::ranges::any_of(os::list_directory(path), is_hash_name);
}

bool trust_hashed_directory(SSL_CTX* context) {
  // Reads nothing yet, and honors SSL_CERT_DIR, which is OpenSSL's own setting.
  (void)SSL_CTX_set_default_verify_dir(context);
  if (is_hashed(X509_get_default_cert_dir())) return true;
  const auto* const directory = std::ranges::find_if(hashed_directories, is_hashed);
  return directory != hashed_directories.end() && SSL_CTX_load_verify_dir(context, *directory) == 1;
}

bool trust_bundle(SSL_CTX* context) {
  const auto loads = [context](const char* path) {
    return os::open_for_reading(path) && SSL_CTX_load_verify_file(context, path) == 1;
  };
  return loads(X509_get_default_cert_file()) || std::ranges::any_of(bundles, loads);
}

}  // namespace

void require_readable(const std::string& path, const std::string& role, const std::string& setting) {
  using Kind = os::FileStatus::Kind;
  const os::Fd file = os::open_for_reading(path);
  const auto status = file ? os::read_status(file) : std::nullopt;
  if (status && status->is(Kind::regular)) return;
  const std::string why = status ? "it is not a regular file" : os::last_error().message();
  throw FailedAttempt(protocol::ErrorKind::misconfigured,
                      "cannot read the " + role + " '" + protocol::escape(path) + "': " + why,
                      "check " + setting);
}

void trust_roots(SSL_CTX* context, const std::string& ca_file) {
  if (!ca_file.empty()) {
    require_readable(ca_file, "CA file", "ca-file (or SSL_CERT_FILE)");
    if (SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1)
      throw FailedAttempt(protocol::ErrorKind::misconfigured,
                          "the CA file '" + protocol::escape(ca_file) + "' contains no valid certificate",
                          "ca-file (or SSL_CERT_FILE) must be in PEM format, which begins with -----BEGIN "
                          "CERTIFICATE-----");
  } else if (!trust_hashed_directory(context) && !trust_bundle(context)) {
    throw FailedAttempt(protocol::ErrorKind::misconfigured, "this system has no root certificates",
                        "install the package ca-certificates, or set ca-file");
  }
  ERR_clear_error();
}

}  // namespace sase::authorize
