// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/report.hpp"
#include "protocol/escape.hpp"

#include <algorithm>

namespace sase::diagnose {

namespace {

using config::SettingId;
using protocol::AuthError;
using protocol::Check;
using protocol::CheckId;
using protocol::CheckState;
using protocol::ErrorKind;

std::string describe(const config::Profile& profile, const config::Settings& values) {
  std::string where;
  if (values.find(SettingId::url) == nullptr)
    where = "the region '" + region_name(values) + '\'' +
            (values.find(SettingId::region) == nullptr ? ", the default" : "") + ", ";
  return "; the request used " + where + "api " + std::string(config::api_generation(profile.api).name) +
         ", at '" + protocol::escape(profile.authorize_url) + '\'';
}

/// Each combination of settings has its own remedy.
std::string remedy_for_key(const config::Profile& profile, const config::Settings& values) {
  const bool is_v3 = profile.api == config::Api::v3;
  if (values.find(SettingId::api) != nullptr && is_v3)
    return "if the key was created for v1, remove api or set it to v1; else create a new key in the console, "
           "Settings > API Support";
  if (values.find(SettingId::url) != nullptr)
    return "check that the key was created at this service and has not expired; if it is for " +
           std::string(is_v3 ? "v1" : "v3") + ", set api accordingly";
  if (values.find(SettingId::region) == nullptr)
    return "set region to the tenant's: " + region_name(values) +
           " is only the default; if it is right, create a new key in the console, "
           "Settings > API Support";
  return "check the key in the console of the region '" + region_name(values) +
         "', Settings > API Support: it may have expired, have been deleted, or belong to another region";
}

std::string remedy_for_access(const config::Profile& profile) {
  if (profile.api == config::Api::v1)
    return "grant the key its permissions in the console, Settings > API Support, and check region and api";
  return "check api and region first: v3 sends this response to any unknown request; then the key's "
         "permissions";
}

CheckResult make_result(const Check& check) {
  ExitCode code = check.kind ? token::exit_code_for(*check.kind) : ExitCode::success;
  // A wrong clock is a fault of this machine.
  if (check.kind && check.name == CheckId::clock) code = ExitCode::local_state;
  return {.name = to_name(check.name),
          .state = check.state,
          .what = check.what,
          .remedy = check.remedy,
          .code = code,
          .took = check.took};
}

CheckResult& find_authorize(std::vector<CheckResult>& checks) {
  return checks.at(static_cast<std::size_t>(CheckId::authorize));
}

/// Records why no token was requested. Fails the check unless an earlier one has failed.
void record_blocked(std::vector<CheckResult>& checks, const AuthError& blocked) {
  CheckResult& check = find_authorize(checks);
  check.what = "not tried: " + blocked.what;
  if (std::ranges::any_of(checks, &CheckResult::is_failed)) return;
  check.state = CheckState::broken;
  check.remedy = blocked.hint;
  check.code = token::exit_code_for(blocked.kind);
}

}  // namespace

void add_advice(CheckResult& check, const protocol::AuthError& auth_error, std::optional<unsigned> status,
                const config::Profile& profile, const config::Settings& values) {
  if (auth_error.kind == ErrorKind::rejected) {
    check.what += describe(profile, values);
    check.remedy = status == 403U ? remedy_for_access(profile) : remedy_for_key(profile, values);
  } else if (status && *status / 100 == 3) {
    check.remedy =
        "log in to this network in a browser: a captive portal may have responded; else check proxy, "
        "region and url";
  } else if (status && *status >= 500) {
    check.remedy = "try again later: the service or a proxy has a fault";
  }
}

std::vector<CheckResult> untried_connectivity_checks() {
  std::vector<CheckResult> checks;
  for (std::size_t i = 0; i < protocol::check_count; ++i)
    checks.push_back({.name = to_name(static_cast<CheckId>(i))});
  return checks;
}

std::vector<CheckResult> make_results(const token::ProbeReport& report, const config::Profile& profile,
                                      const config::Settings& values) {
  std::vector<CheckResult> checks = untried_connectivity_checks();
  for (const Check& check : report.checks)
    checks.at(static_cast<std::size_t>(check.name)) = make_result(check);
  CheckResult& authorize = find_authorize(checks);
  // The authorizer ended without a report, for example because it was killed at the deadline.
  if (report.checks.empty() && report.auth_error)
    authorize = CheckResult::failed(authorize.name, token::to_failure(*report.auth_error));
  if (report.blocked) record_blocked(checks, *report.blocked);
  if (report.unusable) authorize = CheckResult::failed(authorize.name, *report.unusable);
  const std::optional<AuthError>& error = report.blocked ? report.blocked : report.auth_error;
  if (authorize.is_failed() && error) add_advice(authorize, *error, report.status, profile, values);
  return checks;
}

std::vector<CheckResult> check_connectivity(token::TokenProvider& provider, const config::Profile& profile,
                                            const config::Settings& values) {
  try {
    // It requires no permission.
    const std::string url = profile.rest_url + std::string(config::api_generation(profile.api).status_path);
    return make_results(provider.probe(url), profile, values);
  } catch (const Failure& failure) {
    // Without the authorizer no check can be run; without the refresh lock no token may be requested.
    std::vector<CheckResult> checks = untried_connectivity_checks();
    CheckResult& check = failure.code == ExitCode::local_state ? checks.front() : find_authorize(checks);
    check = CheckResult::failed(check.name, failure);
    return checks;
  }
}

}  // namespace sase::diagnose
