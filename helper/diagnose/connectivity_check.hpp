// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile.hpp"
#include "helper/config/settings.hpp"
#include "helper/diagnose/doctor_report.hpp"
#include "helper/token/provider.hpp"
#include "protocol/authorize/response.hpp"

#include <optional>
#include <vector>

namespace sase::diagnose {

/// Adds to the failed check `authorize` what was requested and the most likely remedy for it. A rejection
/// does not say whether the key, the region or the API is wrong. `status` is that of the HTTP response, if
/// any.
void add_advice(CheckResult& check, const protocol::AuthError& auth_error, std::optional<unsigned> status,
                const config::Profile& profile, const config::Settings& values);

/// Runs the checks from the name lookup to a read request with a new token, with at most one request for a
/// token (TokenProvider::probe). Caches the new token.
[[nodiscard]] std::vector<CheckResult> check_connectivity(token::TokenProvider& source,
                                                          const config::Profile& profile,
                                                          const config::Settings& values);

/// The results of these checks from the report of such a probe.
[[nodiscard]] std::vector<CheckResult> make_results(const token::ProbeReport& report,
                                                    const config::Profile& profile,
                                                    const config::Settings& values);

/// The results of these checks if none was run.
[[nodiscard]] std::vector<CheckResult> untried_connectivity_checks();

/// The URL that is read to test a new token; it requires no permission.
[[nodiscard]] std::string read_url(const config::Profile& profile);

}  // namespace sase::diagnose
