// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/terminal.hpp"
#include "helper/commands/commands.hpp"
#include "helper/diagnose/status_report.hpp"
#include "helper/token/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sase::commands {

namespace {

/// The profile that a call without a name would mean; nothing where it would mean none.
std::optional<std::string> chosen_name(const config::ProfileSelector& choice) {
  try {
    return choice.name_without_host();
  } catch (const Failure&) {
    return std::nullopt;  // then no profile is marked
  }
}

}  // namespace

/// Tells of every profile, or of the one that `--profile` names, without asking anybody.
ExitCode status(const Call& call) {
  const config::ProfileSelector choice = profile_selector(call);
  // A name on the command line that is none is an error there, as everywhere.
  const std::vector<std::string> names =
      call.line.profile ? std::vector{choice.name_without_host()} : choice.names();
  const std::optional<std::string> chosen =
      call.line.profile ? chosen_name({call.environment, call.line.settings, std::nullopt})
                        : chosen_name(choice);
  std::vector<diagnose::ProfileStatus> profiles;
  profiles.reserve(names.size());
  for (const std::string& name : names) {
    profiles.push_back(diagnose::status_of(choice, name, call.environment));
    profiles.back().is_chosen = name == chosen;
  }
  write_output(call, call.line.json
                         ? status_json(profiles)
                         : status_text(profiles, cli::Terminal::of(call.output, call.environment)));
  return ExitCode::success;
}

}  // namespace sase::commands
