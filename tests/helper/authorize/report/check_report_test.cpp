// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/report/check_report.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <string>

using namespace sase::helper::authorize;
using sase::protocol::Denial;
using sase::protocol::Denied;
using sase::protocol::LinkName;
using sase::protocol::LinkState;

namespace {

Denied hung_up() {
  return {.denial = Denial::unreachable, .what = "it hung up", .hint = "try again", .retry_after = {}};
}

}  // namespace

TEST_CASE("what was not taken down is untried, but for the link that broke", "[authorize][link_report]") {
  LinkReport report;
  report.holds(LinkName::name, "found");
  report.holds(LinkName::tcp, "answers");

  const auto links = report.complete(hung_up(), LinkName::tls);
  REQUIRE(links.size() == 7);
  for (std::size_t i = 0; i < links.size(); ++i)
    CHECK(links[i].name == static_cast<LinkName>(i));
  CHECK(links[0].what == "found");
  CHECK(links[1].state == LinkState::ok);
  CHECK(links[2].state == LinkState::untried);
  CHECK(links[3].state == LinkState::broken);
  CHECK(links[3].denial == Denial::unreachable);
  CHECK(links[3].what == "it hung up");
  CHECK(links[3].remedy == "try again");
  CHECK(links[6].state == LinkState::untried);
}

TEST_CASE("a second try of a link changes nothing", "[authorize][link_report]") {
  LinkReport report;
  report.holds(LinkName::tcp, "first");
  report.holds(LinkName::name, "late");
  report.holds(LinkName::tcp, "second");

  const auto links = report.complete("not tried");
  CHECK(links[0].what == "not tried");
  CHECK(links[1].what == "first");
}

TEST_CASE("what the other end has shown stands beside the reason", "[authorize][link_report]") {
  LinkReport report;
  report.presented("a certificate for 'else\x1b[31m'");
  const auto links = report.complete(hung_up(), LinkName::tls);
  CHECK(links[3].what == "it hung up; presented: a certificate for 'else\\x1b[31m'");
}

TEST_CASE("words are printable and bounded, whatever they are made of", "[authorize][link_report]") {
  LinkReport report;
  report.warns(LinkName::tls, std::string(5000, '\n'), std::string(5000, 'x'));
  const auto links = report.complete("not tried");
  for (const std::string& words : {links[3].what, links[3].remedy}) {
    CHECK(words.size() <= longest_link_words);
    CHECK(std::ranges::all_of(words, [](char c) { return c >= 0x20 && c < 0x7f; }));
  }
}

TEST_CASE("a token is kept once and taken once", "[authorize][link_report]") {
  using sase::protocol::BearerToken;
  using sase::protocol::Secret;
  LinkReport report;
  CHECK_FALSE(report.take_granted());
  report.keep({.token = BearerToken(Secret("a.token")), .lifetime = std::chrono::seconds(60)});
  const auto granted = report.take_granted();
  REQUIRE(granted);
  CHECK(granted->token.reveal() == "a.token");
  CHECK_FALSE(report.take_granted());
}
