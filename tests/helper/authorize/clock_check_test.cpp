// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/authorizer.hpp"
#include "tests/helper/network/recorded_progress.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <chrono>
#include <string>

using namespace sase::authorize;
using namespace sase::network;
using namespace std::chrono_literals;
using sase::protocol::CheckId;
using sase::protocol::CheckState;
using sase::tests::contains;

namespace {

constexpr std::chrono::sys_seconds there(std::chrono::seconds(1'800'000'000));
constexpr auto date = "Fri, 15 Jan 2027 08:00:00 GMT";

}  // namespace

TEST_CASE("a clock difference of more than a minute is an error", "[authorize][clock_check]") {
  struct Row {
    std::string name;
    std::chrono::seconds difference;
    CheckState state;
    std::string text;
  };
  const auto row = GENERATE(values<Row>({
      {"the same", 0s, CheckState::ok, "the same as"},
      {"a second ahead", 1s, CheckState::ok, "is 1s ahead of the service's"},
      {"a minute ahead", 60s, CheckState::ok, "is 60s ahead of"},
      {"a minute behind", -60s, CheckState::ok, "is 60s behind the service's"},
      {"more ahead", 61s, CheckState::broken, "is 61s ahead of"},
      {"more behind", -61s, CheckState::broken, "is 61s behind the service's"},
      {"an hour behind", -1h, CheckState::broken, "is 1h behind the service's: it says 2027-01-15T07:00:00Z"},
      {"a day ahead", 24h, CheckState::broken, "is 24h ahead of the service's"},
  }));

  DYNAMIC_SECTION(row.name) {
    RecordedProgress recorded(Tracing::off, Probing::on);
    report_clock(recorded.progress, date, there + row.difference);
    const auto clock = recorded.checks().at(0);
    CHECK(clock.name == CheckId::clock);
    CHECK(clock.state == row.state);
    CHECK(contains(clock.what, row.text));
    CHECK(clock.remedy.empty() == (row.state == CheckState::ok));
  }
}

TEST_CASE("a response without a valid Date causes a warning", "[authorize][clock_check]") {
  RecordedProgress recorded(Tracing::off, Probing::on);
  report_clock(recorded.progress, "tomorrow", there);
  CHECK(recorded.checks().at(0).state == CheckState::warning);
}
