// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/report.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace sase::diagnose {

namespace {

using protocol::FleetMember;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr auto fleet_check_name = "fleet";

/// etcd itself warns beyond a second. Dates are in whole seconds.
constexpr seconds most_difference{2};

struct Findings {
  struct Remedy {
    std::string hint;
    std::string members;  ///< empty if it is not for some of them
  };
  std::string what;
  protocol::CheckState state = protocol::CheckState::ok;
  std::vector<Remedy> remedies;  ///< each once

  void warn(const std::string& text, const std::string& hint, const std::string& member = {});
  [[nodiscard]] std::string remedy() const;
};

void add(std::string& list, const std::string& item, const char* separator = "; ") {
  list += (list.empty() ? "" : separator) + item;
}

void Findings::warn(const std::string& text, const std::string& hint, const std::string& member) {
  state = protocol::CheckState::warning;
  add(what, text);
  if (hint.empty()) return;
  const auto same = std::ranges::find(remedies, hint, &Remedy::hint);
  if (same == remedies.end())
    remedies.push_back({hint, member});
  else if (!member.empty())
    add(same->members, member, ", ");
}

std::string Findings::remedy() const {
  if (remedies.empty())
    return state == protocol::CheckState::ok ? "" : "check the logs and the load of the members";
  if (remedies.size() == 1) return remedies.front().hint;  // whichever members need it
  std::string list;
  for (const auto& [text, members] : remedies) {
    add(list, members.empty() ? text : members);
    if (!members.empty()) list.append(": ").append(text);
  }
  return list;
}

bool is_usable(const FleetMember& member) { return member.what.empty(); }

void add_member(Findings& findings, const FleetMember& member) {
  if (!is_usable(member)) return findings.warn(member.name + ": " + member.what, member.hint, member.name);
  const std::string text = member.name + " answers, etcd " + member.version + ", " + member.certificate;
  if (member.hint.empty())
    add(findings.what, text);
  else
    findings.warn(text, member.hint, member.name);
}

/// How much a member's clock was ahead of this machine's boot clock when it replied.
seconds read_clock(const FleetMember& member) {
  return member.clock->date.time_since_epoch() - std::chrono::floor<seconds>(member.clock->sent);
}

void check_clocks(Findings& findings, const std::vector<FleetMember>& members) {
  std::vector<seconds> clocks;
  for (const FleetMember& member : members)
    if (member.clock) clocks.push_back(read_clock(member));
  if (clocks.empty()) return;
  const auto [earliest, latest] = std::ranges::minmax(clocks);
  if (latest - earliest > most_difference)
    findings.warn("the members' clocks differ by " + protocol::describe_duration(latest - earliest),
                  "synchronize the members' clocks");
}

void add_record(Findings& findings, const token::FleetView& view) {
  if (view.is_damaged)
    findings.warn(
        "the record cannot be decrypted",
        "the next request for a token replaces it; if this recurs, find out who else writes to the store");
  add(findings.what,
      (view.holder ? "the host " + view.holder->describe() : "no host") + " is asking for a token");
}

}  // namespace

std::string describe_fleet(const config::FleetSettings& fleet) {
  const std::size_t count = fleet.members.size();
  return "etcd, " + std::to_string(count) + (count == 1 ? " member" : " members");
}

CheckResult make_fleet_result(const token::FleetReport& report) {
  Findings findings;
  for (const FleetMember& member : report.members)
    add_member(findings, member);
  check_clocks(findings, report.members);
  // If no member is usable, this is the failure of one of them.
  const bool is_reported = !report.members.empty() && std::ranges::none_of(report.members, is_usable);
  if (report.unavailable && !is_reported) findings.warn(report.unavailable->what, report.unavailable->hint);
  if (report.view) add_record(findings, *report.view);
  return {
      .name = fleet_check_name, .state = findings.state, .what = findings.what, .remedy = findings.remedy()};
}

CheckResult check_fleet(token::TokenProvider& provider, const config::Profile& profile) {
  if (!profile.fleet)
    return {.name = fleet_check_name, .state = protocol::CheckState::ok, .what = "none is set"};
  const auto start = steady_clock::now();
  CheckResult check = make_fleet_result(provider.examine_fleet());
  check.took = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - start);
  return check;
}

}  // namespace sase::diagnose
