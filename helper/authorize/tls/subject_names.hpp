// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

// OpenSSL's own declarations, so that its headers stay out of this one.
using X509 = struct x509_st;
using X509_NAME = struct X509_name_st;

namespace sase::authorize {

/// The common name, with the organisation where there is one: `Example Root (Example Ltd)`. Raw bytes from
/// outside.
[[nodiscard]] std::string display_name(const X509_NAME* name);

/// What a certificate is for: the first few of its DNS names and addresses, else its common name. Raw bytes
/// from outside.
[[nodiscard]] std::string subject_names(const X509* certificate);

}  // namespace sase::authorize
