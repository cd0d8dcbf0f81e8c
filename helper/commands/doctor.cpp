// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/doctor.hpp"

#include "helper/cli/terminal.hpp"
#include "helper/commands/commands.hpp"
#include "helper/diagnose/status.hpp"
#include "helper/token/session.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sase::commands {

namespace {

/// Appends the results of the checks after the settings, up to the first failed one.
void run_checks(const token::SessionContext& context, const diagnose::CheckedSettings& checked,
                std::vector<diagnose::CheckResult>& results) {
  const config::Profile& profile = *checked.made;
  token::TokenSession session(context, profile);
  token::TokenProvider& provider = session.provider();
  results.push_back(diagnose::check_key(profile, context.environment,
                                        [&]() -> const api_key::ApiKey& { return provider.key().key(); }));
  if (results.back().is_failed()) return;
  results.push_back(diagnose::check_files(profile, provider.key(), context.environment));
  if (results.back().is_failed()) return;
  for (diagnose::CheckResult& result : diagnose::check_connectivity(provider, profile, checked.given.values))
    results.push_back(std::move(result));
}

/// All checks, before one is run.
std::vector<diagnose::CheckResult> untried_checks() {
  std::vector<diagnose::CheckResult> checks = {{.name = "settings"}, {.name = "key"}, {.name = "files"}};
  for (diagnose::CheckResult& check : diagnose::untried_connectivity_checks())
    checks.push_back(std::move(check));
  return checks;
}

/// The default profile, if there is one.
std::optional<std::string> find_default(const config::ProfileSelector& choice) {
  try {
    return choice.name_without_host();
  } catch (const Failure&) {
    return std::nullopt;
  }
}

}  // namespace

ExitCode doctor(const Call& call) {
  const diagnose::CheckedSettings checked =
      diagnose::check_settings(profile_selector(call), call.environment);
  diagnose::DoctorReport report{
      .profile = checked.profile, .checks = {checked.check}, .settings = checked.shown};
  if (checked.made) {
    // The report contains every warning and failure.
    const Diagnostics only_traces = call.diagnostics.traces_only();
    run_checks({.environment = call.environment,
                .diagnostics = only_traces,
                .misspelled_variables = call.misspelled_variables,
                .start = call.start},
               checked, report.checks);
  }
  std::vector<diagnose::CheckResult> checks = untried_checks();
  std::ranges::move(report.checks, checks.begin());
  report.checks = std::move(checks);
  write_output(
      call, call.line.json ? report.json() : report.text(cli::Terminal::of(call.output, call.environment)));
  return report.exit_code();
}

ExitCode status(const Call& call) {
  const config::ProfileSelector choice = profile_selector(call);
  // An unknown profile on the command line is an error.
  const std::vector<std::string> names =
      call.line.profile ? std::vector{choice.name_without_host()} : choice.names();
  const std::optional<std::string> chosen =
      call.line.profile ? find_default({call.environment, call.line.settings, std::nullopt})
                        : find_default(choice);
  std::vector<diagnose::ProfileStatus> profiles;
  profiles.reserve(names.size());
  for (const std::string& name : names) {
    profiles.push_back(diagnose::read_status(choice, name, call.environment));
    profiles.back().is_chosen = name == chosen;
  }
  write_output(call, call.line.json
                         ? status_json(profiles)
                         : status_text(profiles, cli::Terminal::of(call.output, call.environment)));
  return ExitCode::success;
}

}  // namespace sase::commands
