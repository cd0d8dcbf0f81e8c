// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/check_details.hpp"

#include "tests/helper/authorize/recorded_progress.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <Poco/Net/SocketAddress.h>

#include <chrono>
#include <string>

using namespace sase::authorize;
using namespace std::chrono_literals;
using sase::protocol::CheckId;
using sase::protocol::CheckState;
using sase::protocol::Host;
using sase::tests::contains;

namespace {

constexpr std::chrono::sys_seconds there(std::chrono::seconds(1'800'000'000));
constexpr auto date = "Fri, 15 Jan 2027 08:00:00 GMT";

}  // namespace

TEST_CASE("a clock difference of more than a minute is an error", "[authorize][check_details]") {
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

TEST_CASE("a response without a valid Date causes a warning", "[authorize][check_details]") {
  RecordedProgress recorded(Tracing::off, Probing::on);
  report_clock(recorded.progress, "tomorrow", there);
  CHECK(recorded.checks().at(0).state == CheckState::warning);
}

TEST_CASE("describes the addresses of a name", "[authorize][check_details]") {
  const std::vector<Poco::Net::SocketAddress> two = {{"192.0.2.1", 443}, {"::1", 443}};
  CHECK(describe_addresses(*Host::parse("api.example.test"), two) ==
        "api.example.test resolves to 192.0.2.1, ::1");
  CHECK(describe_addresses(*Host::parse("[::1]"), {two[1]}) == "::1 is an address");
}

TEST_CASE("describes why no proxy is used", "[authorize][check_details]") {
  sase::protocol::AuthorizeRequest request;
  const Host host = *Host::parse("api.example.test");
  CHECK(describe_no_proxy(request, host) == "none is set");
  request.proxy = "http://someone:secret@proxy.test";
  CHECK(describe_no_proxy(request, host) == "not used for 'api.example.test:443' because of no-proxy");
}

TEST_CASE("describes a tunnel without its password", "[authorize][check_details]") {
  const auto proxy = sase::protocol::ProxyUrl::parse("http://someone:secret@proxy.test:3128");
  CHECK(
      describe_tunnel(proxy, *Host::parse("api.example.test")) ==
      "tunnel through 'proxy.test:3128' established to 'api.example.test:443', with user name and password");
}
