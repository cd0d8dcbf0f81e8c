// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/connectivity_check.hpp"

#include "helper/diagnose/rejection_advice.hpp"

#include <algorithm>

namespace sase::helper {

namespace {

using protocol::Denied;
using protocol::Link;
using protocol::LinkName;
using protocol::LinkState;

CheckedLink link_of(const Link& link) {
  ExitCode code = link.denial ? exit_code_of(*link.denial) : ExitCode::done;
  // A wrong clock is this machine's affair.
  if (link.denial && link.name == LinkName::clock) code = ExitCode::local_state;
  return {.name = name_of(link.name),
          .state = link.state,
          .what = link.what,
          .remedy = link.remedy,
          .code = code,
          .took = link.took};
}

CheckedLink& authorize_of(std::vector<CheckedLink>& links) {
  return links.at(static_cast<std::size_t>(LinkName::authorize));
}

/// Says why no token was asked for. The chain ends here, unless it has ended before.
void tell_of_sparing(std::vector<CheckedLink>& links, const Denied& spared) {
  CheckedLink& link = authorize_of(links);
  link.what = "not tried: " + spared.what;
  if (std::ranges::any_of(links, &CheckedLink::is_broken)) return;
  link.state = LinkState::broken;
  link.remedy = spared.hint;
  link.code = exit_code_of(spared.denial);
}

}  // namespace

std::vector<CheckedLink> untried_way() {
  std::vector<CheckedLink> links;
  for (std::size_t i = 0; i < protocol::link_count; ++i)
    links.push_back({.name = name_of(static_cast<LinkName>(i)),
                     .state = LinkState::untried,
                     .what = "not tried",
                     .remedy = {}});
  return links;
}

std::vector<CheckedLink> links_of(const ChainReport& report, const Profile& profile, const Settings& values) {
  const ServiceProbe& probe = report.probe;
  std::vector<CheckedLink> links = untried_way();
  for (const Link& link : probe.links)
    links.at(static_cast<std::size_t>(link.name)) = link_of(link);
  CheckedLink& authorize = authorize_of(links);
  // The authorizer did not come to its report, as when it was killed at the end of its time.
  if (probe.links.empty() && probe.denied)
    authorize = CheckedLink::broken(authorize.name, to_failure(*probe.denied));
  if (probe.spared) tell_of_sparing(links, *probe.spared);
  if (report.unusable) authorize = CheckedLink::broken(authorize.name, *report.unusable);
  const std::optional<Denied>& refusal = probe.spared ? probe.spared : probe.denied;
  if (authorize.is_broken() && refusal) advise(authorize, *refusal, probe.status, {profile, values});
  return links;
}

std::vector<CheckedLink> check_way(TokenSource& source, const Profile& profile, const Settings& values) {
  try {
    return links_of(source.probe(read_url(profile)), profile, values);
  } catch (const Failure& failure) {
    // There is no report, but a chain that does not hold: without the authorizer none of it can be tried, and
    // without a turn nothing may be asked.
    std::vector<CheckedLink> links = untried_way();
    CheckedLink& link = failure.code == ExitCode::local_state ? links.front() : authorize_of(links);
    link = CheckedLink::broken(link.name, failure);
    return links;
  }
}

std::string read_url(const Profile& profile) {
  return profile.rest_url + (profile.api == Api::v1 ? "/v2.3/status" : "/v3/status");
}

}  // namespace sase::helper
