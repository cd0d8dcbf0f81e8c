// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/report.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <chrono>

namespace sase::diagnose {

namespace {

using protocol::FleetMember;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr auto fleet_check_name = "fleet";

/// etcd itself warns beyond a second. Dates are in whole seconds.
constexpr seconds most_difference{2};

void add(std::string& list, const std::string& item) { list += (list.empty() ? "" : "; ") + item; }

void warn(CheckResult& check, const std::string& what, const std::string& remedy) {
  check.state = protocol::CheckState::warning;
  add(check.what, what);
  if (check.remedy.empty())
    check.remedy = remedy.empty() ? "check the logs and the load of the members" : remedy;
}

bool is_usable(const FleetMember& member) { return member.what.empty(); }

void add_member(CheckResult& check, const FleetMember& member) {
  if (!is_usable(member)) {
    warn(check, member.name + ": " + member.what, member.hint);
    return;
  }
  const std::string text = member.name + " answers, etcd " + member.version + ", " + member.certificate;
  if (member.hint.empty())
    add(check.what, text);
  else
    warn(check, text, member.hint);
}

/// How much a member's clock was ahead of this machine's boot clock when it replied.
seconds read_clock(const FleetMember& member) {
  return member.clock->date.time_since_epoch() - std::chrono::floor<seconds>(member.clock->sent);
}

void check_clocks(CheckResult& check, const std::vector<FleetMember>& members) {
  std::vector<seconds> clocks;
  for (const FleetMember& member : members)
    if (member.clock) clocks.push_back(read_clock(member));
  if (clocks.empty()) return;
  const auto [earliest, latest] = std::ranges::minmax(clocks);
  if (latest - earliest > most_difference)
    warn(check, "the members' clocks differ by " + protocol::describe_duration(latest - earliest),
         "synchronize the members' clocks");
}

void add_record(CheckResult& check, const token::FleetView& view) {
  if (view.is_damaged)
    warn(check, "the record cannot be decrypted",
         "the next request for a token replaces it; if this recurs, find out who else writes to the store");
  add(check.what,
      (view.holder ? "the host " + view.holder->describe() : "no host") + " is asking for a token");
}

}  // namespace

std::string describe_fleet(const config::FleetSettings& fleet) {
  const std::size_t count = fleet.members.size();
  return "etcd, " + std::to_string(count) + (count == 1 ? " member" : " members");
}

CheckResult make_fleet_result(const token::FleetReport& report) {
  CheckResult check{.name = fleet_check_name, .state = protocol::CheckState::ok, .what = {}};
  for (const FleetMember& member : report.members)
    add_member(check, member);
  check_clocks(check, report.members);
  // If no member is usable, this is the failure of one of them.
  const bool is_reported = !report.members.empty() && std::ranges::none_of(report.members, is_usable);
  if (report.unavailable && !is_reported) warn(check, report.unavailable->what, report.unavailable->hint);
  if (report.view) add_record(check, *report.view);
  return check;
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
