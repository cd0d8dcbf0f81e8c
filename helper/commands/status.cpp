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

/// The default profile; nothing if there is none.
std::optional<std::string> find_default(const config::ProfileSelector& choice) {
  try {
    return choice.name_without_host();
  } catch (const Failure&) {
    return std::nullopt;
  }
}

}  // namespace

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
