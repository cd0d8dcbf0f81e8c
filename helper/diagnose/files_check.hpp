// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile.hpp"
#include "helper/diagnose/check_result.hpp"
#include "helper/environment.hpp"
#include "helper/token/api_key_handle.hpp"

namespace sase::diagnose {

/// Looks at the directory of locks, ledgers and tokens, which is made where need be, and at what is kept
/// there of this profile. What cannot be used breaks the link, with the command that mends it.
[[nodiscard]] CheckResult check_files(const config::Profile& profile, token::ApiKeyHandle& key,
                                      const Environment& environment);

}  // namespace sase::diagnose
