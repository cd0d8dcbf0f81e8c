// SPDX-License-Identifier: Apache-2.0
#include "helper/network/net/happy_eyeballs.hpp"
#include "helper/network/report/progress.hpp"
#include "tests/support/catch.hpp"

#include <Poco/Net/SocketAddress.h>

#include <string>
#include <vector>

using namespace sase::network;
using Poco::Net::SocketAddress;
using sase::protocol::Host;

namespace {

std::vector<SocketAddress> addresses(const std::vector<std::string>& texts) {
  std::vector<SocketAddress> list;
  list.reserve(texts.size());
  for (const std::string& text : texts)
    list.emplace_back(text, Poco::UInt16{443});
  return list;
}

}  // namespace

TEST_CASE("address families alternate, beginning with the family that the system prefers",
          "[authorize][resolver]") {
  struct Row {
    std::vector<std::string> found;
    std::vector<std::string> tried;
  };
  const auto row = GENERATE(values<Row>({
      {{}, {}},
      {{"192.0.2.1", "192.0.2.2"}, {"192.0.2.1", "192.0.2.2"}},
      {{"2001:db8::1", "2001:db8::2", "192.0.2.1", "192.0.2.2"},
       {"2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2"}},
      {{"192.0.2.1", "2001:db8::1", "2001:db8::2"}, {"192.0.2.1", "2001:db8::1", "2001:db8::2"}},
  }));

  CHECK(alternate_families(addresses(row.found)) == addresses(row.tried));
}

TEST_CASE("an address is not looked up", "[authorize][resolver]") {
  CHECK(resolve(*Host::parse("192.0.2.1:8443")) ==
        std::vector<SocketAddress>{SocketAddress("192.0.2.1", Poco::UInt16{8443})});
  CHECK(resolve(*Host::parse("[2001:db8::1]")) == addresses({"2001:db8::1"}));
}

TEST_CASE("rejects an invalid address without a query", "[authorize][resolver]") {
  CHECK_THROWS_AS(resolve(Host{.name = "[12345::]"}), FailedAttempt);
}
