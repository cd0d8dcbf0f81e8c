// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile.hpp"
#include "helper/config/settings.hpp"
#include "helper/diagnose/check_result.hpp"
#include "helper/token/provider.hpp"

#include <vector>

namespace sase::diagnose {

/// The links beyond this machine, from the service's name to reading something with a new token, tried with
/// at most one request for a token (TokenProvider::probe). A new token is kept in the cache.
[[nodiscard]] std::vector<CheckResult> check_connectivity(token::TokenProvider& source,
                                                          const config::Profile& profile,
                                                          const config::Settings& values);

/// The same from what such a probe came to.
[[nodiscard]] std::vector<CheckResult> links_of(const token::ProbeReport& report,
                                                const config::Profile& profile,
                                                const config::Settings& values);

/// The same where none of them could be tried.
[[nodiscard]] std::vector<CheckResult> skipped_connectivity_checks();

/// What is read with a new token to see that it is good: it needs no permission.
[[nodiscard]] std::string read_url(const config::Profile& profile);

}  // namespace sase::diagnose
