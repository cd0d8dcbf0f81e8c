// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/connectivity_check.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/machine.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace sase::helper {

namespace {

using namespace std::chrono_literals;
using protocol::Denial;
using protocol::Link;
using protocol::LinkName;
using protocol::LinkState;
using tests::contains;

/// A report in which each link is as `make` has it.
std::vector<Link> chain(LinkName broken, Denial denial) {
  std::vector<Link> links;
  for (std::size_t i = 0; i < protocol::link_count; ++i) {
    const auto name = static_cast<LinkName>(i);
    const auto state = name < broken    ? LinkState::ok
                       : name == broken ? LinkState::broken
                                        : LinkState::untried;
    links.push_back({.name = name,
                     .state = state,
                     .denial = state == LinkState::broken ? std::optional(denial) : std::nullopt,
                     .took = 5us,
                     .what = "words",
                     .remedy = "remedy"});
  }
  return links;
}

ChainReport report_of(std::vector<Link> links) {
  return {.probe = {.links = std::move(links), .status = {}, .denied = {}, .spared = {}, .fresh = {}},
          .time_left = {},
          .unusable = {}};
}

std::vector<CheckedLink> links_of(const ChainReport& report) {
  const Settings values;
  return helper::links_of(report, tests::make_profile(), values);
}

ExitCode code_of(const std::vector<CheckedLink>& links) {
  return std::ranges::find_if(links, &CheckedLink::is_broken)->code;
}

}  // namespace

TEST_CASE("each denial has its exit code, and the clock is this machine's affair", "[way_check]") {
  struct Row {
    LinkName name;
    Denial denial;
    ExitCode code;
  };
  const auto row = GENERATE(values<Row>({
      {LinkName::name, Denial::unreachable, ExitCode::unreachable},
      {LinkName::proxy, Denial::misconfigured, ExitCode::settings},
      {LinkName::clock, Denial::misconfigured, ExitCode::local_state},
      {LinkName::authorize, Denial::refused, ExitCode::refused},
      {LinkName::authorize, Denial::rate_limited, ExitCode::unreachable},
      {LinkName::read, Denial::nonsense, ExitCode::refused},
  }));
  const auto links = links_of(report_of(chain(row.name, row.denial)));
  REQUIRE(links.size() == 7);
  CHECK(code_of(links) == row.code);
  CHECK(links.at(static_cast<std::size_t>(row.name)).what == "words");
  CHECK(links.at(static_cast<std::size_t>(row.name)).took == 5us);
}

TEST_CASE("a service that is spared breaks the chain where it would have been asked", "[way_check]") {
  ChainReport report = report_of(chain(LinkName::clock, Denial::not_asked));
  for (Link& link : report.probe.links)
    if (link.state == LinkState::broken)
      link = {.name = link.name,
              .state = LinkState::untried,
              .denial = {},
              .took = {},
              .what = "not tried",
              .remedy = {}};
  report.probe.spared = tests::denied(Denial::rate_limited);
  const auto links = links_of(report);
  CHECK(links[5].is_broken());
  CHECK(links[5].what == "not tried: what happened");
  CHECK(links[5].remedy == "what to do");
  CHECK(code_of(links) == ExitCode::unreachable);
}

TEST_CASE("a way that is broken comes before a service that is spared", "[way_check]") {
  ChainReport report = report_of(chain(LinkName::tcp, Denial::unreachable));
  report.probe.spared = tests::denied(Denial::refused);
  const auto links = links_of(report);
  CHECK(links[1].is_broken());
  CHECK(links[5].state == LinkState::untried);
  CHECK(contains(links[5].what, "not tried: what happened"));
}

TEST_CASE("without a report the denial stands where a token was asked for", "[way_check]") {
  ChainReport report = report_of({});
  report.probe.denied = tests::denied(Denial::unreachable);
  const auto links = links_of(report);
  CHECK(links[5].what == "what happened");
  CHECK(links[0].state == LinkState::untried);
}

TEST_CASE("a token of no use breaks the link that gave it", "[way_check]") {
  ChainReport report = report_of({});
  report.unusable = Failure(ExitCode::refused, "too short", "lower min-ttl");
  const auto links = links_of(report);
  CHECK(links[5].what == "too short");
  CHECK(links[5].code == ExitCode::refused);
}

TEST_CASE("an authorizer that cannot be started breaks the first link", "[way_check]") {
  tests::Machine machine;
  machine.authorizer.meanwhile = [] { throw AuthorizerNotStarted(ExitCode::local_state, "not there"); };
  TokenSource source = machine.source();
  const Settings values;
  const auto links = check_way(source, machine.profile, values);
  CHECK(links[0].what == "not there");
  CHECK(links[0].code == ExitCode::local_state);
  CHECK(links[6].state == LinkState::untried);
}

TEST_CASE("a turn that does not come breaks the link that wants it", "[way_check]") {
  tests::Machine machine;
  machine.time = 30ms;
  const Turn turn = machine.hold_turn();
  TokenSource source = machine.source();
  const Settings values;
  const auto links = check_way(source, machine.profile, values);
  CHECK(links[0].state == LinkState::untried);
  CHECK(contains(links[5].what, "is still asking"));
  CHECK(links[5].code == ExitCode::unreachable);
}

TEST_CASE("what is read needs no permission, and is where the tokens are good", "[way_check]") {
  Profile profile;
  profile.rest_url = "https://a.test/api/rest";
  CHECK(read_url(profile) == "https://a.test/api/rest/v2.3/status");
  profile.api = Api::v3;
  profile.rest_url = "https://a.test";
  CHECK(read_url(profile) == "https://a.test/v3/status");
}

}  // namespace sase::helper
