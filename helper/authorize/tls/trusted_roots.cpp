// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/tls/trusted_roots.hpp"

#include "helper/authorize/report/failed_attempt.hpp"
#include "protocol/escape.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <system_error>

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sase::authorize {

namespace {

[[noreturn]] void misconfigured(std::string what, std::string hint) {
  throw FailedAttempt({.kind = protocol::ErrorKind::misconfigured,
                       .what = std::move(what),
                       .hint = std::move(hint),
                       .retry_after = {}});
}

/// Where distributions keep hashed directories and bundles besides the place that OpenSSL was built for.
constexpr std::array<const char*, 3> hashed_directories = {"/etc/ssl/certs", "/etc/pki/tls/certs",
                                                           "/etc/pki/ca-trust/extracted/pem/directory-hash"};
constexpr std::array<const char*, 5> bundles = {
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};

/// Whether a name is OpenSSL's for a hashed certificate: eight hexadecimal digits and `.0`
/// (openssl-rehash(1)).
bool is_hash_name(std::string_view name) noexcept {
  constexpr std::size_t digits = 8;
  return name.size() == digits + 2 && name.ends_with(".0") &&
         name.find_first_not_of("0123456789abcdef") == digits;
}

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { (void)closedir(directory); }
};

bool is_hashed(const char* path) noexcept {
  const std::unique_ptr<DIR, CloseDirectory> directory(opendir(path));
  if (!directory) return false;
  // One stream, one thread: readdir is safe here, and readdir_r is deprecated.
  while (const dirent* const entry = readdir(directory.get())) {  // NOLINT(concurrency-mt-unsafe)
    if (is_hash_name(entry->d_name)) return true;
  }
  return false;
}

bool trust_hashed_directory(SSL_CTX* context) {
  // Reads nothing by itself, and honours SSL_CERT_DIR, which is OpenSSL's own setting.
  (void)SSL_CTX_set_default_verify_dir(context);
  if (is_hashed(X509_get_default_cert_dir())) return true;
  const auto* const directory = std::ranges::find_if(hashed_directories, is_hashed);
  return directory != hashed_directories.end() && SSL_CTX_load_verify_dir(context, *directory) == 1;
}

bool trust_bundle(SSL_CTX* context) {
  if (access(X509_get_default_cert_file(), R_OK) == 0 &&
      SSL_CTX_load_verify_file(context, X509_get_default_cert_file()) == 1)
    return true;
  const auto loads = [context](const char* path) {
    return access(path, R_OK) == 0 && SSL_CTX_load_verify_file(context, path) == 1;
  };
  return std::ranges::any_of(bundles, loads);
}

}  // namespace

void require_readable(const std::string& path, const std::string& role, const std::string& setting) {
  struct stat status {};
  int problem = 0;
  if (stat(path.c_str(), &status) != 0 || access(path.c_str(), R_OK) != 0)
    problem = errno;
  else if (S_ISDIR(status.st_mode))
    problem = EISDIR;
  else if (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode))
    problem = EINVAL;  // reading it might never end
  if (problem == 0) return;
  misconfigured("cannot read the " + role + " '" + protocol::escape(path) +
                    "': " + std::generic_category().message(problem),
                "check " + setting);
}

void trust_roots(SSL_CTX* context, const std::string& ca_file) {
  if (!ca_file.empty()) {
    require_readable(ca_file, "CA file", "ca-file (or SSL_CERT_FILE)");
    if (SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1)
      misconfigured("the CA file '" + protocol::escape(ca_file) + "' holds no certificate that can be read",
                    "ca-file (or SSL_CERT_FILE) wants PEM, which begins with -----BEGIN CERTIFICATE-----");
  } else if (!trust_hashed_directory(context) && !trust_bundle(context)) {
    misconfigured("this system has no root certificates",
                  "install the package ca-certificates, or set ca-file");
  }
  ERR_clear_error();
}

}  // namespace sase::authorize
