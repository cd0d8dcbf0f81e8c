// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/report.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <string>

namespace sase::diagnose {

namespace {

using namespace std::chrono_literals;
using protocol::CheckState;
using protocol::FleetMember;

FleetMember good_member(const std::string& name, std::chrono::seconds ahead = 0s) {
  return {
      .name = name,
      .version = "3.4.23",
      .certificate = "certificate valid until 2027-01-15T08:00:00Z",
      .clock = protocol::StoreClock{.date = std::chrono::sys_seconds(1'800'000'000s + ahead), .sent = 5000ms},
      .what = {},
      .hint = {}};
}

token::FleetReport good_report() {
  return {.members = {good_member("etcd1:2379"), good_member("etcd2:2379")},
          .view = token::FleetView{.now = {}, .log_now = {}, .record = {}, .holder = {}},
          .unavailable = {}};
}

}  // namespace

TEST_CASE("the check of the fleet names each member with its version", "[fleet_check]") {
  const CheckResult check = make_fleet_result(good_report());

  CHECK(check.state == CheckState::ok);
  CHECK(check.what ==
        "etcd1:2379 answers, etcd 3.4.23, certificate valid until 2027-01-15T08:00:00Z; "
        "etcd2:2379 answers, etcd 3.4.23, certificate valid until 2027-01-15T08:00:00Z; no host is asking "
        "for a token");
  CHECK(check.remedy.empty());
}

TEST_CASE("a fleet's member that does not answer causes a warning with its remedy", "[fleet_check]") {
  token::FleetReport report = good_report();
  report.members[1].what = "connection refused";
  report.members[1].hint = "start etcd";

  const CheckResult check = make_fleet_result(report);

  CHECK(check.state == CheckState::warning);
  CHECK_FALSE(check.is_failed());
  CHECK(tests::contains(check.what, "etcd2:2379: connection refused"));
  CHECK(check.remedy == "start etcd");
}

TEST_CASE("a fleet's member that will soon be unusable causes a warning with its remedy", "[fleet_check]") {
  token::FleetReport report = good_report();
  report.members[1].hint = "renew the member's certificate";

  const CheckResult check = make_fleet_result(report);

  CHECK(check.state == CheckState::warning);
  CHECK(tests::contains(check.what, "etcd2:2379 answers"));
  CHECK(check.remedy == "renew the member's certificate");
}

TEST_CASE("each remedy for a fleet's members comes once, with the members that need it", "[fleet_check]") {
  token::FleetReport report = good_report();
  report.members.push_back(good_member("etcd3:2379"));
  report.members.push_back(good_member("etcd4:2379"));
  report.members[0].what = report.members[2].what = "cannot connect";
  report.members[0].hint = report.members[2].hint = "start it";
  report.members[1].hint = "renew its certificate";

  CHECK(make_fleet_result(report).remedy ==
        "etcd1:2379, etcd3:2379: start it; etcd2:2379: renew its certificate");
  report.members[1].hint.clear();
  CHECK(make_fleet_result(report).remedy == "start it");
}

TEST_CASE("a fleet without a usable member is reported by the failures of its members alone",
          "[fleet_check]") {
  token::FleetReport report = good_report();
  for (FleetMember& member : report.members)
    member.what = "cannot connect";
  report.view.reset();
  report.unavailable = protocol::FleetUnavailable{.what = "etcd2:2379: no answer", .hint = "wait"};

  const CheckResult check = make_fleet_result(report);

  CHECK(check.what == "etcd1:2379: cannot connect; etcd2:2379: cannot connect");
  CHECK(check.remedy == "check the logs and the load of the members");
}

TEST_CASE("a fleet without a majority causes a warning", "[fleet_check]") {
  token::FleetReport report = good_report();
  report.view.reset();
  report.unavailable = protocol::FleetUnavailable{.what = "no leader", .hint = "start a second member"};

  const CheckResult check = make_fleet_result(report);

  CHECK(check.state == CheckState::warning);
  CHECK(tests::contains(check.what, "; no leader"));
  CHECK(check.remedy == "start a second member");
}

TEST_CASE("clocks of a fleet's members that differ by more than two seconds cause a warning",
          "[fleet_check]") {
  token::FleetReport report = good_report();
  report.members[1] = good_member("etcd2:2379", 2s);
  CHECK(make_fleet_result(report).state == CheckState::ok);

  report.members[1] = good_member("etcd2:2379", 3s);
  const CheckResult check = make_fleet_result(report);

  CHECK(check.state == CheckState::warning);
  CHECK(tests::contains(check.what, "the members' clocks differ by 3s"));
}

TEST_CASE("the check of the fleet names the host that is asking for a token", "[fleet_check]") {
  token::FleetReport report = good_report();
  report.view->holder = token::FleetLock{.host = "web1", .pid = 7, .expires_at = {}};

  CHECK(tests::contains(make_fleet_result(report).what, "the host 'web1' (process 7) is asking for a token"));
}

}  // namespace sase::diagnose
