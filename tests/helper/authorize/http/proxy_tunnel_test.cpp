// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/https_exchange.hpp"
#include "tests/support/catch.hpp"

#include <string>

using sase::authorize::describe_proxy_error;
using sase::protocol::ErrorKind;
using sase::protocol::Host;
using sase::protocol::ProxyUrl;

TEST_CASE("distinguishes the errors of a proxy", "[authorize][proxy_tunnel]") {
  struct Row {
    int status;
    std::string proxy;
    ErrorKind kind;
    bool transient;
    std::string words;
  };
  const auto row = GENERATE(values<Row>({
      {407, "http://p.example:3128", ErrorKind::misconfigured, false, "asks for a user name and password"},
      {407, "http://u:secretpw@p.example:3128", ErrorKind::misconfigured, false,
       "does not accept the user name"},
      {403, "http://p.example:3128", ErrorKind::unreachable, false,
       "does not allow connections to 'api.example.com'"},
      {502, "http://p.example:3128", ErrorKind::unreachable, true, "cannot reach 'api.example.com'"},
      {503, "http://p.example:3128", ErrorKind::unreachable, true, "cannot reach 'api.example.com'"},
      {504, "http://p.example:3128", ErrorKind::unreachable, true, "cannot reach 'api.example.com'"},
      {500, "http://p.example:3128", ErrorKind::unreachable, true, "did not open a connection"},
      {400, "http://p.example:3128", ErrorKind::unreachable, false, "did not open a connection"},
      {302, "http://p.example:3128", ErrorKind::unreachable, false, "did not open a connection"},
  }));

  DYNAMIC_SECTION(row.status << ' ' << row.words) {
    const auto auth_error =
        describe_proxy_error(row.status, ProxyUrl::parse(row.proxy), *Host::parse("api.example.com"));

    CHECK(auth_error.kind == row.kind);
    CHECK(auth_error.transient == row.transient);
    CHECK(auth_error.what.find(row.words) != std::string::npos);
    CHECK(auth_error.what.find("'p.example:3128'") != std::string::npos);
    CHECK(auth_error.what.find("HTTP " + std::to_string(row.status)) != std::string::npos);
    CHECK((auth_error.what + auth_error.hint).find("secretpw") == std::string::npos);
  }
}
