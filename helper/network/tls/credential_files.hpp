// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/network/tls/peer_words.hpp"
#include "helper/os/files/trusted_file.hpp"
#include "protocol/secret.hpp"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The files that decide who is trusted and who this client is. They are opened once, by the trust rule for
/// files: OpenSSL's own functions would open them by their path, past the check.
namespace sase::network {

/// The files of the settings; paths, or empty.
struct TlsFiles {
  const std::string& ca_file;         ///< PEM file of the roots to trust; empty: the system's
  const std::string& ca_directories;  ///< hashed directories of roots, separated by colons
  const std::string& client_cert;     ///< PEM files for mutual TLS
  const std::string& client_key;
  const PeerWords& words = service_words;  ///< for messages
};

/// How a message names a file.
struct CredentialFile {
  std::string path;
  std::string role;     ///< `CA file`
  std::string setting;  ///< `ca-file`
};

/// The contents, or nothing if the file does not exist. Throws FailedAttempt (misconfigured).
[[nodiscard]] std::optional<protocol::Secret> find_credential_file(const CredentialFile& file,
                                                                   os::Sensitivity sensitivity);

/// The same for a file that must exist.
[[nodiscard]] protocol::Secret read_credential_file(const CredentialFile& file, os::Sensitivity sensitivity);

struct FreeOpenSsl {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, FreeOpenSsl>;
using PrivateKey = std::unique_ptr<EVP_PKEY, FreeOpenSsl>;

/// The certificates in PEM text; other objects are skipped. Empty if one is invalid.
[[nodiscard]] std::vector<Certificate> parse_certificates(std::string_view pem);

/// The first private key in PEM text that is of the type of the certificate's, or null. A key with a
/// passphrase is not supported.
[[nodiscard]] PrivateKey parse_private_key(std::string_view pem, const X509& certificate);

/// The trusted certificates: those of ca-file and no others, or the system's. Functions throw FailedAttempt
/// (misconfigured).
class TrustedRoots {
 public:
  TrustedRoots(SSL_CTX* context, const TlsFiles& files);

  /// Loads the roots that may have issued the certificates of a server. Of the system's roots, the hashed
  /// directories are preferred to the bundle: parsing the bundle takes longer than the rest of the start.
  void load_issuers(X509_STORE_CTX* context) const;

 private:
  void load_issuer(X509_STORE_CTX* context, X509* certificate, int depth) const;

  std::vector<std::string> directories_;  ///< hashed (openssl-rehash(1)); empty if everything is loaded
};

}  // namespace sase::network
