// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/connectivity_check.hpp"

#include "helper/diagnose/rejection_advice.hpp"

#include <algorithm>

namespace sase::diagnose {

namespace {

using protocol::AuthError;
using protocol::Check;
using protocol::CheckId;
using protocol::CheckState;

CheckResult link_of(const Check& check) {
  ExitCode code = check.kind ? token::exit_code_of(*check.kind) : ExitCode::success;
  // A wrong clock is this machine's affair.
  if (check.kind && check.name == CheckId::clock) code = ExitCode::local_state;
  return {.name = name_of(check.name),
          .state = check.state,
          .what = check.what,
          .remedy = check.remedy,
          .code = code,
          .took = check.took};
}

CheckResult& authorize_of(std::vector<CheckResult>& checks) {
  return checks.at(static_cast<std::size_t>(CheckId::authorize));
}

/// Says why no token was asked for. The chain ends here, unless it has ended before.
void tell_of_sparing(std::vector<CheckResult>& checks, const AuthError& blocked) {
  CheckResult& check = authorize_of(checks);
  check.what = "not tried: " + blocked.what;
  if (std::ranges::any_of(checks, &CheckResult::is_failed)) return;
  check.state = CheckState::broken;
  check.remedy = blocked.hint;
  check.code = token::exit_code_of(blocked.kind);
}

}  // namespace

std::vector<CheckResult> skipped_connectivity_checks() {
  std::vector<CheckResult> checks;
  for (std::size_t i = 0; i < protocol::check_count; ++i)
    checks.push_back({.name = name_of(static_cast<CheckId>(i)),
                      .state = CheckState::untried,
                      .what = "not tried",
                      .remedy = {}});
  return checks;
}

std::vector<CheckResult> links_of(const token::ProbeReport& report, const config::Profile& profile,
                                  const config::Settings& values) {
  const token::ProbeOutcome& probe = report.probe;
  std::vector<CheckResult> checks = skipped_connectivity_checks();
  for (const Check& check : probe.checks)
    checks.at(static_cast<std::size_t>(check.name)) = link_of(check);
  CheckResult& authorize = authorize_of(checks);
  // The authorizer did not come to its report, as when it was killed at the end of its time.
  if (probe.checks.empty() && probe.auth_error)
    authorize = CheckResult::failed(authorize.name, token::to_failure(*probe.auth_error));
  if (probe.blocked) tell_of_sparing(checks, *probe.blocked);
  if (report.unusable) authorize = CheckResult::failed(authorize.name, *report.unusable);
  const std::optional<AuthError>& refusal = probe.blocked ? probe.blocked : probe.auth_error;
  if (authorize.is_failed() && refusal) advise(authorize, *refusal, probe.status, {profile, values});
  return checks;
}

std::vector<CheckResult> check_connectivity(token::TokenProvider& source, const config::Profile& profile,
                                            const config::Settings& values) {
  try {
    return links_of(source.probe(read_url(profile)), profile, values);
  } catch (const Failure& failure) {
    // There is no report, but a chain that does not hold: without the authorizer none of it can be tried, and
    // without a turn nothing may be asked.
    std::vector<CheckResult> checks = skipped_connectivity_checks();
    CheckResult& check = failure.code == ExitCode::local_state ? checks.front() : authorize_of(checks);
    check = CheckResult::failed(check.name, failure);
    return checks;
  }
}

std::string read_url(const config::Profile& profile) {
  return profile.rest_url + (profile.api == config::Api::v1 ? "/v2.3/status" : "/v3/status");
}

}  // namespace sase::diagnose
