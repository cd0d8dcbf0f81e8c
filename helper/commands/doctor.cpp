// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/commands.hpp"
#include "helper/diagnose/report.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

namespace sase::commands {

namespace {

/// Replaces the results of the checks after the settings, up to the first failed one, and of the fleet.
void run_checks(const token::SessionContext& context, const diagnose::CheckedSettings& checked,
                std::vector<diagnose::CheckResult>& results) {
  const config::Profile& profile = *checked.made;
  token::TokenSession session(context, profile);
  token::TokenProvider& provider = session.provider();
  results[1] = diagnose::check_key(profile, context.environment,
                                   [&]() -> const api_key::ApiKey& { return provider.key().key(); });
  if (results[1].is_failed()) return;
  results[2] = diagnose::check_files(profile, provider.key(), context.environment);
  if (results[2].is_failed()) return;
  std::ranges::move(diagnose::check_connectivity(provider, profile, checked.given.values),
                    results.begin() + 3);
  for (const std::string name : {"all_proxy", "ALL_PROXY"})
    if (profile.proxy.empty() && context.environment.find(name))
      results[3 + static_cast<std::size_t>(protocol::CheckId::proxy)].what +=
          "; " + name + " is ignored: only http:// proxies are supported";
  // The store is no part of the connection to the service.
  const diagnose::CheckResult& read = results[results.size() - 2];
  if (profile.fleet || (read.state != protocol::CheckState::untried && !read.is_failed()))
    results.back() = diagnose::check_fleet(provider, profile);
}

/// The default profile, if there is one.
std::optional<std::string> find_default(const config::ProfileSelector& selector) {
  try {
    return selector.name_without_host();
  } catch (const Failure&) {
    return std::nullopt;
  }
}

}  // namespace

ExitCode doctor(const Call& call) {
  const diagnose::CheckedSettings checked =
      diagnose::check_settings(profile_selector(call), call.environment);
  diagnose::DoctorReport report{.profile = checked.profile,
                                .checks = {checked.check, {.name = "key"}, {.name = "files"}},
                                .settings = checked.shown};
  std::ranges::move(diagnose::untried_connectivity_checks(), std::back_inserter(report.checks));
  report.checks.push_back({.name = "fleet"});
  if (checked.made) {
    // The report contains every warning and failure.
    const Diagnostics only_traces = call.diagnostics.traces_only();
    run_checks(session_context(call, only_traces), checked, report.checks);
  }
  write_output(
      call, call.line.json ? report.json() : report.text(cli::Terminal::of(call.output, call.environment)));
  return report.exit_code();
}

ExitCode status(const Call& call) {
  const config::ProfileSelector selector = profile_selector(call);
  // An unknown profile on the command line is an error.
  const std::vector<std::string> names =
      call.line.profile || call.line.check ? std::vector{selector.name_without_host()} : selector.names();
  const std::optional<std::string> chosen =
      call.line.profile ? find_default({call.environment, call.line.settings, std::nullopt})
                        : find_default(selector);
  const Diagnostics only_traces = call.diagnostics.traces_only();
  std::vector<diagnose::ProfileStatus> profiles;
  for (const std::string& name : names) {
    profiles.push_back(diagnose::read_status(session_context(call, only_traces), selector, name));
    profiles.back().is_chosen = name == chosen;
  }
  write_output(call, call.line.json
                         ? status_json(profiles)
                         : status_text(profiles, cli::Terminal::of(call.output, call.environment)));
  return call.line.check ? profiles.front().exit_code() : ExitCode::success;
}

}  // namespace sase::commands
