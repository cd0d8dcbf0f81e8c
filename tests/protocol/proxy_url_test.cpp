// SPDX-License-Identifier: Apache-2.0
#include "protocol/host.hpp"
#include "protocol/parsing.hpp"
#include "tests/support/catch.hpp"

#include <string>

using sase::protocol::ProtocolError;
using sase::protocol::ProxyUrl;

TEST_CASE("a proxy URL is split into host, port and credentials", "[proxy_url]") {
  struct Row {
    std::string url;
    std::string name;
    int port;
    bool has_credentials;
    std::string user;
    std::string password;
  };
  const auto row = GENERATE(values<Row>({
      {"http://proxy.example:3128", "proxy.example", 3128, false, "", ""},
      {"http://proxy.example:3128/", "proxy.example", 3128, false, "", ""},
      {"proxy.example:3128", "proxy.example", 3128, false, "", ""},
      {"HTTP://Proxy.Example", "proxy.example", 1080, false, "", ""},
      {"http://[::1]", "[::1]", 1080, false, "", ""},
      {"http://[::1]:3128", "[::1]", 3128, false, "", ""},
      {"http://proxy.example:443", "proxy.example", 443, false, "", ""},
      {"http://user:pass@proxy.example:80", "proxy.example", 80, true, "user", "pass"},
      {"http://user@proxy.example:80", "proxy.example", 80, true, "user", ""},
      {"http://user:@proxy.example:80", "proxy.example", 80, true, "user", ""},
      {"http://us%40er:p%3aa%2Fss%25@proxy.example:80", "proxy.example", 80, true, "us@er", "p:a/ss%"},
      {"http://user:p@ss@proxy.example:80", "proxy.example", 80, true, "user", "p@ss"},
  }));

  DYNAMIC_SECTION(row.url) {
    const ProxyUrl proxy = ProxyUrl::parse(row.url);

    CHECK(proxy.host.name == row.name);
    CHECK(proxy.host.port == row.port);
    CHECK(proxy.has_credentials == row.has_credentials);
    CHECK(proxy.user.reveal() == row.user);
    CHECK(proxy.password.reveal() == row.password);
  }
}

TEST_CASE("an invalid proxy URL is rejected without showing its password", "[proxy_url]") {
  const std::string url =
      GENERATE(as<std::string>(), "https://u:secretpw@proxy.example:3128",
               "socks5://u:secretpw@proxy.example:1080", "socks5h://u:secretpw@proxy.example",
               "ftp://u:secretpw@proxy.example", "http://u:secretpw@", "http://u:secretpw%2@proxy.example",
               "http://u:secretpw%zz@proxy.example", "http://u:secretpw%@proxy.example",
               "http://u:secretpw@proxy.example/path", "http://u:secretpw@proxy.example:0",
               "http://u:secretpw@proxy.example:65536", "http://u:secretpw@pro xy", "http://");

  DYNAMIC_SECTION(url) {
    try {
      (void)ProxyUrl::parse(url);
      FAIL("was accepted");
    } catch (const ProtocolError& error) {
      CHECK(std::string(error.what()).find("secretpw") == std::string::npos);
    }
  }
}
