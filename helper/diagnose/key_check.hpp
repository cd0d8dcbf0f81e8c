// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/api_key/api_key.hpp"
#include "helper/config/profile.hpp"
#include "helper/diagnose/check_result.hpp"
#include "helper/diagnose/key_claims.hpp"
#include "helper/environment.hpp"

#include <chrono>
#include <functional>

namespace sase::diagnose {

/// A key that ends sooner than this is worth a warning.
inline constexpr std::chrono::hours short_key_life{24 * 14};

/// Where a profile's key comes from, and what is known of it without asking the service. Not a byte of it is
/// among the words. `read` gives the key, or throws the Failure that breaks the link.
[[nodiscard]] CheckResult check_key(const config::Profile& profile, const Environment& environment,
                                    const std::function<const api_key::ApiKey&()>& read);

/// What a key that is a JSON Web Token says of itself at the time `now`: that it has expired, or is for
/// another region than the profile's, breaks the link.
[[nodiscard]] CheckResult judge_claims(const KeyClaims& claims, const config::Profile& profile,
                                       std::chrono::sys_seconds now);

}  // namespace sase::diagnose
