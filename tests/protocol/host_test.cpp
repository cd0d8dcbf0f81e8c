// SPDX-License-Identifier: Apache-2.0
#include "protocol/host.hpp"

#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <string>

namespace sase::protocol {

namespace {

using namespace std::string_literals;

const std::string longest_label(63, 'a');
const std::string longest_name =
    longest_label + '.' + longest_label + '.' + longest_label + '.' + std::string(61, 'a');

}  // namespace

TEST_CASE("a host is a name with an optional port", "[host]") {
  struct Row {
    std::string text;
    std::string name;
    std::uint16_t port;
  };
  const auto row = GENERATE(values<Row>({
      {"api.example.test", "api.example.test", 443},
      {"API.Example.TEST", "api.example.test", 443},
      {"api.example.test:443", "api.example.test", 443},
      {"api.example.test:1", "api.example.test", 1},
      {"api.example.test:8443", "api.example.test", 8443},
      {"api.example.test:65535", "api.example.test", 65535},
      {"localhost", "localhost", 443},
      {"a", "a", 443},
      {"127.0.0.1:8443", "127.0.0.1", 8443},
      {"my_host-1.test", "my_host-1.test", 443},
      {"xn--pi-6kc.test", "xn--pi-6kc.test", 443},
      {"[::1]", "[::1]", 443},
      {"[::1]:8443", "[::1]", 8443},
      {"[2001:DB8::1]:443", "[2001:db8::1]", 443},
      {"[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]", 443},
      {"[0:0:0:0:0:0:0:1]", "[0:0:0:0:0:0:0:1]", 443},
      {"[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7::]", 443},
      {"[1:2:3:4:5:6:192.0.2.1]", "[1:2:3:4:5:6:192.0.2.1]", 443},
      {longest_label, longest_label, 443},
      {longest_name, longest_name, 443},
  }));

  DYNAMIC_SECTION(row.text) {
    const auto host = Host::parse(row.text);
    REQUIRE(host);
    CHECK(host->name == row.name);
    CHECK(host->port == row.port);
  }
}

TEST_CASE("an invalid host is rejected", "[host]") {
  const std::string text = GENERATE(values<std::string>({"",
                                                         ".",
                                                         "a.",
                                                         ".a",
                                                         "a..b",
                                                         "-a",
                                                         "a-",
                                                         "a.-b",
                                                         "a-.b",
                                                         "a:",
                                                         ":",
                                                         ":443",
                                                         "a:0",
                                                         "a:00",
                                                         "a:0443",
                                                         "a:65536",
                                                         "a:99999999999",
                                                         "a:+443",
                                                         "a:-1",
                                                         "a: 443",
                                                         "a:443 ",
                                                         "a:443:1",
                                                         "a:x",
                                                         "a:4x",
                                                         "a/",
                                                         "a/b",
                                                         "a?b",
                                                         "a#b",
                                                         "a\\b",
                                                         "user@a",
                                                         "a@b",
                                                         "@a",
                                                         " a",
                                                         "a ",
                                                         "a b",
                                                         "a\tb",
                                                         "a\nb",
                                                         "a\rb",
                                                         "a\x01",
                                                         "a\x7f",
                                                         "a\0"s,
                                                         "a\0b"s,
                                                         "a%00",
                                                         "a%2eb",
                                                         "*",
                                                         "*.a",
                                                         "a*",
                                                         "\xc3\xa4",
                                                         "a\xff",
                                                         "a,b",
                                                         "a;b",
                                                         "a=b",
                                                         "a~b",
                                                         "a!b",
                                                         "[",
                                                         "]",
                                                         "[]",
                                                         "[:]",
                                                         "[::1",
                                                         "::1",
                                                         "[::1]x",
                                                         "[::1]:",
                                                         "[::1]x:443",
                                                         "x[::1]",
                                                         "[::1]]",
                                                         "[[::1]]",
                                                         "[::g]",
                                                         "[::1%25eth0]",
                                                         "[::1%eth0]",
                                                         "[::1]:0",
                                                         "https://a",
                                                         longest_label + "a",
                                                         longest_name + "a"}));

  DYNAMIC_SECTION(escape(text)) { CHECK_FALSE(Host::parse(text)); }
}

TEST_CASE("only an IPv6 address may be in brackets", "[host]") {
  const std::string text = GENERATE(values<std::string>(
      {"[....]", "[::::]", "[abcd]", "[1.2.3.4]", "[1:2:3]", "[:1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8:9]",
       "[1::2:3:4:5:6:7:8]", "[::1::2]", "[:::]", "[12345::]", "[::ffff:1.2.3.256]", "[::ffff:1.2.3]",
       "[::ffff:1.2.3.4.5]", "[::1.2.3.4:5]", "[1.2.3.4::]", "[1.2.3.4::1]", "[1:2:3:4:5:6:7:1.2.3.4]"}));

  DYNAMIC_SECTION(text) { CHECK_FALSE(Host::parse(text)); }
}

TEST_CASE("an address in brackets becomes lower case", "[host]") {
  // inet_pton rejects leading zeros; other parsers read them as octal.
  CHECK(Host::parse("[::0.10.200.255]"));
  for (const char* const text :
       {"[::01.2.3.4]", "[::1.2.3.00]", "[::1.2.3.0255]", "[::1.2..4]", "[::1.2.3.]"})
    CHECK_FALSE(Host::parse(text));
}

TEST_CASE("hosts are equal if name and port are", "[host]") {
  CHECK(Host::parse("A.test") == Host::parse("a.test:443"));
  CHECK(Host::parse("a.test") != Host::parse("a.test:8443"));
  CHECK(Host::parse("a.test") != Host::parse("b.test"));
  CHECK(Host::parse("a.test:8443") != Host::parse("b.test:8443"));
  CHECK(Host::parse("a.test") != Host::parse("sub.a.test"));
}

TEST_CASE("a host is formatted as in git", "[host]") {
  CHECK(Host{.name = "a.test", .port = 443}.text() == "a.test");
  CHECK(Host{.name = "a.test", .port = 8443}.text() == "a.test:8443");
  CHECK(Host{.name = "[::1]", .port = 1}.text() == "[::1]:1");
}

TEST_CASE("a host has the forms that resolvers and requests need", "[host]") {
  CHECK(Host::parse("a.test")->authority() == "a.test:443");
  CHECK(Host::parse("[::1]:1")->authority() == "[::1]:1");
  CHECK(Host::parse("[::1]:1")->bare_name() == "::1");
  CHECK(Host::parse("a.test")->bare_name() == "a.test");
}

TEST_CASE("a host is an address or a name", "[host]") {
  for (const char* const text : {"[::1]", "127.0.0.1", "[::ffff:192.0.2.1]"})
    CHECK(Host::parse(text)->is_address());
  for (const char* const text : {"a.test", "1.2.3.4.test", "1.2.3", "1.2.3.256", "1.2.3.04"})
    CHECK_FALSE(Host::parse(text)->is_address());
}

TEST_CASE("a formatted host parses to itself", "[host]") {
  for (const char* const text : {"a.test", "a.test:1", "[::1]:8443", "127.0.0.1"})
    CHECK(Host::parse(text)->text() == text);
}

TEST_CASE("a URL is parsed up to its authority", "[url]") {
  struct Row {
    std::string url, origin, user, rest;
  };
  const auto row = GENERATE(values<Row>({
      {"https://a.test", "https://a.test", "", ""},
      {"https://a.test/", "https://a.test", "", "/"},
      {"https://a.test/x?y#z", "https://a.test", "", "/x?y#z"},
      {"https://a.test?y", "https://a.test", "", "?y"},
      {"https://a.test#z", "https://a.test", "", "#z"},
      {"HTTPS://A.test:443/X", "https://a.test", "", "/X"},
      {"https://a.test:8443/", "https://a.test:8443", "", "/"},
      {"http://a.test/", "http://a.test", "", "/"},
      {"git+ssh://a.test/", "git+ssh://a.test", "", "/"},
      {"https://[::1]:8443/", "https://[::1]:8443", "", "/"},
      {"https://user@a.test/", "https://a.test", "user", "/"},
      {"https://a.test/@b", "https://a.test", "", "/@b"},
      {"https://a.test/%0a", "https://a.test", "", "/%0a"},
      {"https://a.test?u:p@b", "https://a.test", "", "?u:p@b"},
  }));

  DYNAMIC_SECTION(row.url) {
    const ParsedUrl parsed = parse_url(row.url);
    CHECK(parsed.origin.text() == row.origin);
    CHECK(parsed.origin.user == row.user);
    CHECK(parsed.rest == row.rest);
  }
}

TEST_CASE("an invalid URL is rejected", "[url]") {
  const std::string url = GENERATE(values<std::string>({"",
                                                        "a.test",
                                                        "://a.test",
                                                        "//a.test",
                                                        "https:",
                                                        "https:/a.test",
                                                        "https://",
                                                        "https:///x",
                                                        "https://?x",
                                                        "https://#",
                                                        "ht tps://a.test",
                                                        "ht\xc3\xa4://a.test",
                                                        "https\n://a.test",
                                                        "https://a.test:0/",
                                                        "https://a.test:x/",
                                                        "https://a.test:/",
                                                        "https://a.test./",
                                                        "https://a..test/",
                                                        "https://a%2etest/",
                                                        "https://evil%0ahost=a.test/",
                                                        "https://a.test\n/",
                                                        "https://a.test\r",
                                                        "https://a .test/",
                                                        "https://a\0/"s,
                                                        "https://[::1/",
                                                        "https://u:p@a.test/",
                                                        "https://u:@a.test/",
                                                        "https://:p@a.test/",
                                                        "https://u%40@a.test/",
                                                        "https://u@v@a.test/",
                                                        "https://u@/",
                                                        "https://a.test\\@b.test\\/",
                                                        "https://*.a.test/"}));

  DYNAMIC_SECTION(escape(url)) { CHECK_THROWS_AS(parse_url(url), ProtocolError); }
}

TEST_CASE("a user name in a URL has unreserved characters only", "[url]") {
  // Browsers read `\` as `/`, so that `evil\@a.test` is the host `evil` for them.
  const std::string url = GENERATE(
      values<std::string>({"https://a\x1b[2J@a.test/", "https://a\x01@a.test/", "https://a\x7f@a.test/",
                           "https://a\0@a.test/"s, "https://a\n@a.test/", "https://a\r@a.test/",
                           "https://a b@a.test/", "https://evil\\@a.test/", "https://\xc3\xa4@a.test/"}));

  DYNAMIC_SECTION(escape(url)) { CHECK_THROWS_AS(parse_url(url), ProtocolError); }
}

TEST_CASE("an error about a URL does not contain its password", "[url]") {
  try {
    (void)parse_url("https://u:hunter2@a.test/");
    FAIL_CHECK("it was read");
  } catch (const ProtocolError& error) {
    CHECK(std::string(error.what()).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a plain origin has no user, and an error names the member", "[url]") {
  CHECK(parse_plain_origin("HTTPS://A.test:8443/x", "uri").text() == "https://a.test:8443");
  CHECK(tests::catch_message([] { (void)parse_plain_origin("https://u@a.test", "uri"); }) ==
        "'uri': the URL contains a user name");
  CHECK(tests::catch_message([] { (void)parse_plain_origin("https://a.test/ ", "server"); }) ==
        "'server': the URL contains white space or a control byte");
}

}  // namespace sase::protocol
