// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/terminal.hpp"
#include "helper/commands/commands.hpp"
#include "helper/diagnose/connectivity_check.hpp"
#include "helper/diagnose/doctor_report.hpp"
#include "helper/diagnose/key_check.hpp"
#include "helper/diagnose/local_state.hpp"
#include "helper/diagnose/settings_check.hpp"
#include "helper/token/session.hpp"

#include <utility>
#include <vector>

namespace sase::commands {

namespace {

diagnose::CheckResult untried(std::string_view name) {
  return {.name = name, .state = protocol::CheckState::untried, .what = "not tried", .remedy = {}};
}

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

/// Appends the checks that were not run.
void add_untried(std::vector<diagnose::CheckResult>& results) {
  std::vector<diagnose::CheckResult> all = {untried("settings"), untried("key"), untried("files")};
  for (diagnose::CheckResult& result : diagnose::skipped_connectivity_checks())
    all.push_back(std::move(result));
  for (std::size_t i = results.size(); i < all.size(); ++i)
    results.push_back(std::move(all[i]));
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
  add_untried(report.checks);
  write_output(
      call, call.line.json ? report.json() : report.text(cli::Terminal::of(call.output, call.environment)));
  return report.exit_code();
}

}  // namespace sase::commands
