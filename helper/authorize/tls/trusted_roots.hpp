// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/authorize/request.hpp"

#include <string>
#include <vector>

// OpenSSL's own declarations, so that its headers are not needed here.
using SSL_CTX = struct ssl_ctx_st;
using X509 = struct x509_st;
using X509_STORE_CTX = struct x509_store_ctx_st;

namespace sase::authorize {

/// The trusted certificates: those of ca-file and no others, or the system's. Functions throw FailedAttempt
/// (misconfigured).
class TrustedRoots {
 public:
  TrustedRoots(SSL_CTX* context, const protocol::AuthorizeRequest& request);

  /// Loads the roots that may have issued the certificates of a server. Of the system's roots, the hashed
  /// directories are preferred to the bundle: parsing the bundle takes longer than the rest of the start.
  void load_issuers(X509_STORE_CTX* context) const;

 private:
  void load_issuer(X509_STORE_CTX* context, X509* certificate, int depth) const;

  std::vector<std::string> directories_;  ///< hashed (openssl-rehash(1)); empty if everything is loaded
};

}  // namespace sase::authorize
