// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/terminal.hpp"
#include "helper/commands/commands.hpp"
#include "helper/diagnose/connectivity_check.hpp"
#include "helper/diagnose/doctor_report.hpp"
#include "helper/diagnose/files_check.hpp"
#include "helper/diagnose/key_check.hpp"
#include "helper/diagnose/settings_check.hpp"
#include "helper/token/session.hpp"

#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace sase::commands {

namespace {

diagnose::CheckResult untried(std::string_view name) {
  return {.name = name, .state = protocol::CheckState::untried, .what = "not tried", .remedy = {}};
}

/// The links behind the settings, up to the first broken one. `call` says nothing to people: the report is
/// the whole of the output, and whatever a token source would warn of is among the links.
void check_rest(const Call& call, const diagnose::CheckedSettings& checked,
                std::vector<diagnose::CheckResult>& checks) {
  const config::Profile& profile = *checked.made;
  token::TokenSession session(session_context(call), profile);
  token::TokenProvider& source = session.provider();
  checks.push_back(diagnose::check_key(profile, call.environment,
                                       [&]() -> const api_key::ApiKey& { return source.key().key(); }));
  if (checks.back().is_broken()) return;
  checks.push_back(diagnose::check_files(profile, source.key(), call.environment));
  if (checks.back().is_broken()) return;
  std::vector<diagnose::CheckResult> way =
      diagnose::check_connectivity(source, profile, checked.given.values);
  checks.insert(checks.end(), std::make_move_iterator(way.begin()), std::make_move_iterator(way.end()));
}

/// What a broken link has left out.
void add_untried(std::vector<diagnose::CheckResult>& checks) {
  std::vector<diagnose::CheckResult> all = {untried("settings"), untried("key"), untried("files")};
  for (diagnose::CheckResult& check : diagnose::skipped_connectivity_checks())
    all.push_back(std::move(check));
  for (std::size_t i = checks.size(); i < all.size(); ++i)
    checks.push_back(std::move(all[i]));
}

}  // namespace

/// Tries every link of the chain, each once, and tells what it found on standard output.
ExitCode doctor(const Call& call) {
  const diagnose::CheckedSettings checked =
      diagnose::check_settings(profile_selector(call), call.environment);
  diagnose::DoctorReport report{
      .profile = checked.profile, .checks = {checked.check}, .settings = checked.shown};
  if (checked.made) {
    const Diagnostics traces = call.diagnostics.anew(Diagnostics::Verbosity::traces);
    check_rest({.line = call.line,
                .environment = call.environment,
                .input = call.input,
                .output = call.output,
                .diagnostics = traces,
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
