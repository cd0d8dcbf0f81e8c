// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/proxy.hpp"
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
        describe_proxy_error(row.status, {}, ProxyUrl::parse(row.proxy), *Host::parse("api.example.com"));

    CHECK(auth_error.kind == row.kind);
    CHECK(auth_error.transient == row.transient);
    CHECK(auth_error.what.find(row.words) != std::string::npos);
    CHECK(auth_error.what.find("'p.example:3128'") != std::string::npos);
    CHECK(auth_error.what.find("HTTP " + std::to_string(row.status)) != std::string::npos);
    CHECK((auth_error.what + auth_error.hint).find("secretpw") == std::string::npos);
  }
}

TEST_CASE("names the schemes of a proxy that does not offer Basic", "[authorize][proxy_tunnel]") {
  struct Row {
    std::string challenges;
    std::string schemes;  // empty: it asks for a user name and password
  };
  const auto row = GENERATE(values<Row>({
      {"Negotiate", "Negotiate"},
      {"NTLM,Negotiate,", "NTLM and Negotiate"},
      {"Negotiate, NTLM", "Negotiate and NTLM"},
      {"Kerberos,NTLM TlRMTVNTUAACAAAABgAGADgAAAA=,NTLM", "Kerberos and NTLM"},
      {R"(Digest realm="a, Basic, b", qop = "auth", nonce=abc)", "Digest"},
      {R"(Basic realm="proxy")", ""},
      {R"(Negotiate,basic realm="a",NTLM)", ""},
      {"", ""},
      {",,", ""},
      {"\x1b[31m red", ""},
      {"Hunter2", ""},
      {"ntlm, Hunter2", "NTLM"},
      {"NTLM=x", ""},
  }));

  DYNAMIC_SECTION(row.challenges) {
    for (const std::string proxy : {"http://p.example:3128", "http://u:secretpw@p.example:3128"}) {
      const auto auth_error =
          describe_proxy_error(407, row.challenges, ProxyUrl::parse(proxy), *Host::parse("api.example.com"));

      CHECK(auth_error.kind == ErrorKind::misconfigured);
      const std::string offers = "the proxy 'p.example:3128' offers only " + row.schemes +
                                 ", and Basic is the only scheme supported";
      CHECK((auth_error.what.find(offers) == 0) == !row.schemes.empty());
      CHECK((auth_error.hint.find("such as px or cntlm") != std::string::npos) == !row.schemes.empty());
    }
  }
}
