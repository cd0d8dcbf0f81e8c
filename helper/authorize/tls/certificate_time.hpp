// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

// OpenSSL's own declaration, so that its headers stay out of this one.
using ASN1_TIME = struct asn1_string_st;

namespace sase::authorize {

/// A time in a certificate; nothing where it cannot be read.
[[nodiscard]] std::optional<std::chrono::sys_seconds> time_of(const ASN1_TIME* time);

/// For a person: RFC 3339, or a word for a time that cannot be read.
[[nodiscard]] std::string show(const std::optional<std::chrono::sys_seconds>& time);

}  // namespace sase::authorize
