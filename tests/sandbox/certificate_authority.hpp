// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/state_directory.hpp"

#include <string>
#include <vector>

namespace sase::sandbox {

/// The state of the server's certificate.
enum class CertificateKind { good, expired, wrong_name, self_signed, not_yet };

/// Writes `server.pem` and `server-key.pem` into the directory: a fresh EC P-256 certificate for localhost,
/// 127.0.0.1, ::1 and `names`, signed by the temporary authority `ca.pem`/`ca-key.pem`. The authority of an
/// earlier run is reused while it is valid, so that clients still trust it; otherwise a new one is created.
/// Throws std::runtime_error if OpenSSL fails.
void issue_certificate(const StateDirectory& directory, CertificateKind kind,
                       const std::vector<std::string>& names);

}  // namespace sase::sandbox
