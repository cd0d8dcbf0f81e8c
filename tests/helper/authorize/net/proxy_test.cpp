// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/net/proxy.hpp"

#include "helper/authorize/report/failed_attempt.hpp"
#include "tests/support/catch.hpp"

#include <string>

using sase::authorize::FailedAttempt;
using sase::authorize::Proxy;

TEST_CASE("a proxy's setting is taken apart", "[authorize][proxy]") {
  struct Row {
    std::string setting;
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

  DYNAMIC_SECTION(row.setting) {
    const Proxy proxy = Proxy::parse(row.setting);

    CHECK(proxy.host.name == row.name);
    CHECK(proxy.host.port == row.port);
    CHECK(proxy.has_credentials == row.has_credentials);
    CHECK(proxy.user.reveal() == row.user);
    CHECK(proxy.password.reveal() == row.password);
  }
}

TEST_CASE("a proxy that cannot be used is refused without a word of its password", "[authorize][proxy]") {
  const std::string setting =
      GENERATE(as<std::string>(), "https://u:secretpw@proxy.example:3128",
               "socks5://u:secretpw@proxy.example:1080", "socks5h://u:secretpw@proxy.example",
               "ftp://u:secretpw@proxy.example", "http://u:secretpw@", "http://u:secretpw%2@proxy.example",
               "http://u:secretpw%zz@proxy.example", "http://u:secretpw%@proxy.example",
               "http://u:secretpw@proxy.example/path", "http://u:secretpw@proxy.example:0",
               "http://u:secretpw@proxy.example:65536", "http://u:secretpw@pro xy", "http://");

  DYNAMIC_SECTION(setting) {
    try {
      (void)Proxy::parse(setting);
      FAIL("was accepted");
    } catch (const FailedAttempt& failed) {
      CHECK(failed.auth_error().kind == sase::protocol::ErrorKind::misconfigured);
      CHECK_FALSE(failed.auth_error().transient);
      CHECK(failed.auth_error().what.find("secretpw") == std::string::npos);
      CHECK(failed.auth_error().hint.find("secretpw") == std::string::npos);
    }
  }
}
