// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

// OpenSSL's own declaration, so that its headers are not needed here.
using SSL_CTX = struct ssl_ctx_st;

namespace sase::authorize {

/// Trusts only the certificates in `ca_file`, or the system's roots if it is empty. The hashed directory of
/// the system is preferred to its bundle: OpenSSL reads only the root that it needs from the directory, while
/// parsing the bundle takes longer than the rest of the start. Throws FailedAttempt (misconfigured).
void trust_roots(SSL_CTX* context, const std::string& ca_file);

/// Throws FailedAttempt (misconfigured) with the reason if `path` is not a readable file; `role` names it.
void require_readable(const std::string& path, const std::string& role, const std::string& setting);

}  // namespace sase::authorize
