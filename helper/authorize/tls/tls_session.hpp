// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

// OpenSSL's own declarations, so that its headers stay out of this one.
using X509 = struct x509_st;
using X509_STORE_CTX = struct x509_store_ctx_st;

namespace sase::authorize {

/// What a handshake agrees on, taken down when the server's certificate has been looked at.
class TlsSession {
 public:
  [[nodiscard]] static TlsSession capture(X509_STORE_CTX* context) noexcept;

  /// For a person: `TLSv1.3, TLS_AES_256_GCM_SHA384, the certificate is for 'api.example.com', issued by
  /// 'Example Root'`. Names are escaped.
  [[nodiscard]] std::string describe() const;

  /// When the server's certificate ends; nothing where there is none, or the time cannot be read.
  [[nodiscard]] std::optional<std::chrono::sys_seconds> end() const;

 private:
  struct Free {
    void operator()(X509* certificate) const noexcept;
  };

  const char* version_ = "";
  const char* cipher_ = "";
  std::unique_ptr<X509, Free> certificate_;
};

}  // namespace sase::authorize
