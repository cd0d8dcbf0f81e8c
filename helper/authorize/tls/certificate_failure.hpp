// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/authorize/exchange.hpp"
#include "protocol/host.hpp"

#include <chrono>
#include <optional>
#include <string>

// OpenSSL's own declaration, so that its headers stay out of this one.
using X509_STORE_CTX = struct x509_store_ctx_st;

namespace sase::authorize {

/// Why OpenSSL did not trust a server's certificate, taken down while the certificate was at hand. Names are
/// raw bytes from outside.
struct CertificateFailure {
  int code = 0;   ///< an X509_V_ERR constant
  int depth = 0;  ///< 0: the server's own certificate; above: one of its issuers
  std::string subject;
  std::string issuer;
  std::string names;  ///< what the certificate is for, such as `a.example, b.example`
  std::optional<std::chrono::sys_seconds> not_before;
  std::optional<std::chrono::sys_seconds> not_after;

  [[nodiscard]] static CertificateFailure capture(X509_STORE_CTX* context);

  /// In words, with the remedy. `now` is this machine's time: a wrong one is a common cause.
  [[nodiscard]] protocol::AuthError describe(const protocol::Host& host, std::chrono::sys_seconds now) const;
};

}  // namespace sase::authorize
