// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

// OpenSSL's own declaration, so that its headers stay out of this one.
using SSL_CTX = struct ssl_ctx_st;

namespace sase::authorize {

/// Trusts the certificates in `ca_file` and no others, or the system's roots where it is empty. Of the
/// system's roots the hashed directory is preferred to the bundle: from it OpenSSL reads the one root that it
/// needs, while a bundle is parsed whole, which takes longer than all the rest of a start. Throws
/// FailedAttempt (misconfigured).
void trust_roots(SSL_CTX* context, const std::string& ca_file);

/// Throws FailedAttempt (misconfigured) that says why when `path` is no file that can be read; `role` names
/// it.
void require_readable(const std::string& path, const std::string& role, const std::string& setting);

}  // namespace sase::authorize
