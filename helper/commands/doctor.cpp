// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/terminal.hpp"
#include "helper/commands/command.hpp"
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

namespace sase::helper {

namespace {

CheckedLink untried(std::string_view name) {
  return {.name = name, .state = protocol::LinkState::untried, .what = "not tried", .remedy = {}};
}

/// The links behind the settings, up to the first broken one. `call` says nothing to people: the report is
/// the whole of the output, and whatever a token source would warn of is among the links.
void check_rest(const Call& call, const CheckedSettings& checked, std::vector<CheckedLink>& links) {
  const Profile& profile = *checked.made;
  std::optional<Tokens> tokens;
  links.push_back(check_key(profile, call.environment, [&]() -> const ApiKey& {
    tokens.emplace(call, profile);
    return tokens->source().key().key(tokens->deadline());
  }));
  if (links.back().is_broken()) return;
  TokenSource& source = tokens->source();
  links.push_back(check_files(profile, source.key(), call.environment));
  if (links.back().is_broken()) return;
  std::vector<CheckedLink> way = check_way(source, profile, checked.given.values);
  links.insert(links.end(), std::make_move_iterator(way.begin()), std::make_move_iterator(way.end()));
}

/// What a broken link has left out.
void add_untried(std::vector<CheckedLink>& links) {
  std::vector<CheckedLink> all = {untried("settings"), untried("key"), untried("files")};
  for (CheckedLink& link : untried_way())
    all.push_back(std::move(link));
  for (std::size_t i = links.size(); i < all.size(); ++i)
    links.push_back(std::move(all[i]));
}

}  // namespace

/// Tries every link of the chain, each once, and tells what it found on standard output.
ExitCode doctor(const Call& call) {
  const CheckedSettings checked = check_settings(profile_choice(call), call.environment);
  DoctorReport report{.profile = checked.profile, .links = {checked.link}, .settings = checked.shown};
  if (checked.made) {
    const Diagnostics traces = call.diagnostics.anew(Diagnostics::Said::traces);
    check_rest({.line = call.line,
                .environment = call.environment,
                .input = call.input,
                .output = call.output,
                .diagnostics = traces,
                .misspelt_variables = call.misspelt_variables,
                .start = call.start},
               checked, report.links);
  }
  add_untried(report.links);
  write_output(call,
               call.line.json ? report.json() : report.text(Terminal::of(call.output, call.environment)));
  return report.exit_code();
}

}  // namespace sase::helper
