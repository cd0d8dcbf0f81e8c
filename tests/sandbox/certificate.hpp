// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/types.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sase::sandbox {

/// The time a certificate holds, in seconds from now.
struct Validity {
  long begin;
  long end;
};

struct CertificateRequest {
  std::string common_name;
  Validity validity;
  /// Names and values as in OpenSSL's configuration files.
  std::vector<std::pair<const char*, std::string>> extensions;
};

/// An X.509 certificate with its private key. The only place that touches OpenSSL's X.509.
class Identity {
 public:
  Identity(std::shared_ptr<X509> certificate, std::shared_ptr<EVP_PKEY> key);

  [[nodiscard]] std::string certificate_pem() const;
  [[nodiscard]] std::string key_pem() const;

  /// True when the certificate holds now and still does in `seconds`.
  [[nodiscard]] bool lives_for(long seconds) const;

  [[nodiscard]] X509* certificate() const noexcept { return certificate_.get(); }
  [[nodiscard]] EVP_PKEY* key() const noexcept { return key_.get(); }

 private:
  std::shared_ptr<X509> certificate_;
  std::shared_ptr<EVP_PKEY> key_;
};

/// A new EC P-256 key with its certificate. Both throw std::runtime_error when OpenSSL fails.
[[nodiscard]] Identity self_signed_identity(const CertificateRequest& request);
[[nodiscard]] Identity signed_identity(const CertificateRequest& request, const Identity& authority);

/// The identity in these PEM texts, or nothing when they are unreadable or do not belong together.
[[nodiscard]] std::optional<Identity> read_identity(const std::string& certificate_pem,
                                                    const std::string& key_pem);

}  // namespace sase::sandbox
