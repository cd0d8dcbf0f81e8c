// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/https_transport.hpp"
#include "helper/network/report/progress.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace sase::authorize;

TEST_CASE("an https URL is split into host and path", "[authorize][endpoint]") {
  struct Row {
    std::string url;
    std::string authority;
    std::string bare_name;
    std::string path;
    bool is_address;
  };
  const auto row = GENERATE(values<Row>({
      {"https://api.example.com/v3/auth", "api.example.com:443", "api.example.com", "/v3/auth", false},
      {"HTTPS://API.Example.com:8443/x?y=z", "api.example.com:8443", "api.example.com", "/x?y=z", false},
      {"https://api.example.com", "api.example.com:443", "api.example.com", "/", false},
      {"https://api.example.com?x", "api.example.com:443", "api.example.com", "/?x", false},
      {"https://127.0.0.1:8443/x", "127.0.0.1:8443", "127.0.0.1", "/x", true},
      {"https://[::1]:8443/x", "[::1]:8443", "::1", "/x", true},
      {"https://1.2.3.4.example/x", "1.2.3.4.example:443", "1.2.3.4.example", "/x", false},
  }));

  DYNAMIC_SECTION(row.url) {
    const Endpoint endpoint = Endpoint::parse(row.url);

    CHECK(endpoint.host.authority() == row.authority);
    CHECK(endpoint.host.bare_name() == row.bare_name);
    CHECK(endpoint.path == row.path);
    CHECK(endpoint.host.is_address() == row.is_address);
  }
}

TEST_CASE("rejects a URL that could leak the key or split the request", "[authorize][endpoint]") {
  const std::string url = GENERATE(
      as<std::string>(), "http://api.example.com/", "ftp://api.example.com/", "", "api.example.com",
      "https://", "https:///x", "https://user@api.example.com/", "https://user:pass@api.example.com/",
      "https://api.example.com/a b", "https://api.example.com/a\x01", "https://api.example.com/\xc3\xa9",
      "https://api.example.com/#x", "https://api.example.com:0/");

  DYNAMIC_SECTION(url) { CHECK_THROWS_AS(Endpoint::parse(url), FailedAttempt); }
}
