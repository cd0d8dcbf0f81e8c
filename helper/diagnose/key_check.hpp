// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/api_key/api_key.hpp"
#include "helper/config/profile.hpp"
#include "helper/diagnose/doctor_report.hpp"
#include "helper/environment.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sase::diagnose {

/// The claims of an API key that is a JSON Web Token (RFC 7519), for advice only: the signature is not
/// verified.
struct KeyClaims {
  std::optional<std::chrono::sys_seconds> expires;  ///< `exp`
  std::vector<std::string> parties;                 ///< `iss` and each `aud`, not escaped
};

/// Nothing if the key is not a readable JSON Web Token.
[[nodiscard]] std::optional<KeyClaims> read_claims(std::string_view api_key);

/// A key that expires sooner causes a warning.
inline constexpr std::chrono::hours short_key_life{24 * 14};

/// Checks a profile's key without a request. The result contains no byte of it. `read` returns the key or
/// throws Failure, which fails the check.
[[nodiscard]] CheckResult check_key(const config::Profile& profile, const Environment& environment,
                                    const std::function<const api_key::ApiKey&()>& read);

/// Checks the claims of a key. Their signature is not verified and the service decides, so that an expired
/// key and one of another region cause only warnings.
[[nodiscard]] CheckResult check_claims(const KeyClaims& claims, const config::Profile& profile,
                                       std::chrono::sys_seconds now);

}  // namespace sase::diagnose
