// SPDX-License-Identifier: Apache-2.0
#include "helper/network/net/no_proxy.hpp"

#include "protocol/host.hpp"
#include "tests/support/catch.hpp"

#include <string>

using sase::network::bypasses_proxy;
using sase::protocol::Host;

TEST_CASE("parses no-proxy as curl and Go do", "[authorize][no_proxy]") {
  struct Row {
    std::string list;
    std::string host;
    bool bypassed;
  };
  const auto row = GENERATE(values<Row>({
      {"", "api.example.com", false},
      {"*", "api.example.com", true},
      {"*", "10.1.2.3", true},
      {"api.example.com", "api.example.com", true},
      {"API.Example.COM", "api.example.com", true},
      {"example.com", "api.example.com", true},
      {".example.com", "api.example.com", true},
      {".example.com", "example.com", true},
      {"*.example.com", "api.example.com", true},
      {"example.com.", "api.example.com", true},
      {"ample.com", "api.example.com", false},
      {"example.com", "example.com.evil.org", false},
      {"api.example.com", "example.com", false},
      {"com", "api.example.com", true},
      {".", "api.example.com", false},
      {"other.org,example.com", "api.example.com", true},
      {"other.org example.com", "api.example.com", true},
      {" other.org ,, example.com ,", "api.example.com", true},
      {"other.org,third.net", "api.example.com", false},
      {"example.com:443", "api.example.com", true},
      {"example.com:8443", "api.example.com", false},
      {"example.com:8443", "api.example.com:8443", true},
      {"example.com", "api.example.com:8443", true},
      {"example.com:", "api.example.com", false},
      {"example.com:https", "api.example.com", false},
      {"*:8443", "api.example.com:8443", true},
      {"10.1.2.3", "10.1.2.3", true},
      {"10.1.2.3", "10.1.2.4", false},
      {"10.0.0.0/8", "10.1.2.3", true},
      {"10.0.0.0/8", "11.1.2.3", false},
      {"10.1.2.0/23", "10.1.3.255", true},
      {"10.1.2.0/23", "10.1.4.0", false},
      {"0.0.0.0/0", "192.0.2.1", true},
      {"10.0.0.0/33", "10.1.2.3", false},
      {"10.0.0.0/-1", "10.1.2.3", false},
      {"10.0.0.0/", "10.1.2.3", false},
      {"10.0.0.0/8:443", "10.1.2.3", true},
      {"10.0.0.0/8", "api.example.com", false},
      {"2.3", "10.1.2.3", false},
      {"127.0.0.1:8443", "127.0.0.1:8443", true},
      {"127.0.0.1:8443", "127.0.0.1", false},
      {"::1", "[::1]", true},
      {"[::1]", "[::1]", true},
      {"[::1]:443", "[::1]", true},
      {"[::1]:8443", "[::1]", false},
      {"[::1", "[::1]", false},
      {"0:0:0:0:0:0:0:1", "[::1]", true},
      {"fe80::/10", "[fe80::17]", true},
      {"fe80::/10", "[fec0::17]", false},
      {"2001:db8::/32", "[2001:db8:1::1]", true},
      {"2001:db8::/32", "10.1.2.3", false},
      {"localhost", "127.0.0.1", false},
      {"localhost", "localhost", true},
  }));

  DYNAMIC_SECTION('\'' << row.list << "' for " << row.host) {
    const auto host = Host::parse(row.host);
    REQUIRE(host);
    CHECK(bypasses_proxy(row.list, *host) == row.bypassed);
  }
}
