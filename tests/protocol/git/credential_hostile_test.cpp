// SPDX-License-Identifier: Apache-2.0
#include "protocol/escape.hpp"
#include "protocol/git/credential.hpp"
#include "protocol/host.hpp"
#include "protocol/parsing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/git_request.hpp"

#include <cstddef>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace sase::protocol {

namespace {

using namespace std::string_literals;
using tests::for_host;

/// The result for a request if `api.example.test` is the only host of a profile.
enum class Result { matches, differs, rejected };

std::ostream& operator<<(std::ostream& out, Result result) {
  switch (result) {
    case Result::matches: return out << "matches";
    case Result::differs: return out << "differs";
    case Result::rejected: return out << "rejected";
  }
  return out;
}

Result parse_result(std::string_view text) {
  try {
    const CredentialRequest request = CredentialRequest::parse(text);
    const bool matches =
        request.protocol == "https" && Host::parse(request.host) == Host{.name = "api.example.test"};
    return matches ? Result::matches : Result::differs;
  } catch (const ProtocolError&) {
    return Result::rejected;
  }
}

struct Row {
  std::string name;
  std::string text;
  Result result;
};

void check(const Row& row) {
  DYNAMIC_SECTION(row.name) {
    INFO(escape(row.text));
    CHECK(parse_result(row.text) == row.result);
  }
}

}  // namespace

TEST_CASE("hostile requests: repeated and glued keys", "[credential][hostile]") {
  check(GENERATE(values<Row>({
      {"1 the last host matches", "protocol=https\nhost=evil\nhost=api.example.test\n", Result::rejected},
      {"2 the first host matches", "protocol=https\nhost=api.example.test\nhost=evil\n", Result::rejected},
      {"the same host twice", "protocol=https\nhost=api.example.test\nhost=api.example.test\n",
       Result::rejected},
      {"3 a bare CR glues a host to the protocol", "protocol=https\rhost=api.example.test\nhost=evil\n",
       Result::rejected},
      {"4 a bare CR glues a second host", for_host("evil\rhost=api.example.test"), Result::rejected},
      {"5 CRLF on every line", "protocol=https\r\nhost=api.example.test\r\n\r\n", Result::matches},
      {"6 CR before CRLF", "protocol=https\nhost=api.example.test\r\r\n", Result::rejected},
      {"7 an encoded CR", for_host("api.example.test%0d"), Result::differs},
      {"7 an encoded LF", for_host("api.example.test%0a"), Result::differs},
      {"7 an encoded NUL", for_host("api.example.test%00"), Result::differs},
      {"8 a NUL within the host", for_host("api.example.test\0.evil"s), Result::rejected},
      {"8 a NUL after the host", for_host("api.example.test\0"s), Result::rejected},
      {"43 data after the end", "protocol=https\nhost=evil\n\nhost=api.example.test\n", Result::differs},
      {"35 a long realm that ends like a host line",
       "protocol=https\nhost=evil\nwwwauth[]=" + std::string(65513, 'a') + "host=api.example.test\n",
       Result::differs},
      {"48 other line ends before a host",
       "protocol=https\nhost=evil\nx=\xe2\x80\xa8\xe2\x80\xa9\xc2\x85\x0b\x0chost=api.example.test\n",
       Result::differs},
  })));
}

TEST_CASE("hostile requests: missing parts are never 'any'", "[credential][hostile]") {
  check(GENERATE(values<Row>({
      {"9 an empty host", for_host(""), Result::rejected},
      {"10 no host", "protocol=https\n", Result::rejected},
      {"11 no protocol", "host=api.example.test\n", Result::rejected},
      {"12 an empty protocol", "protocol=\nhost=api.example.test\n", Result::rejected},
      {"13 nothing", "", Result::rejected},
      {"14 the empty line alone", "\n", Result::rejected},
      {"an empty line first", "\nprotocol=https\nhost=api.example.test\n", Result::rejected},
      {"15 no line end at the end", "protocol=https\nhost=api.example.test", Result::matches},
      {"44 a first line without '='", "garbage\nprotocol=https\nhost=api.example.test\n", Result::rejected},
      {"44 a line without '=' in the middle", "protocol=https\ngarbage\nhost=api.example.test\n",
       Result::rejected},
      {"44 '=' alone", "protocol=https\nhost=api.example.test\n=\n", Result::rejected},
      {"44 a value without a key", "protocol=https\nhost=api.example.test\n=x\n", Result::rejected},
      {"45 a blank after the key", "protocol=https\nhost =api.example.test\n", Result::rejected},
      {"45 a blank before the key", "protocol=https\n host=api.example.test\n", Result::rejected},
      {"45 a key in capitals", "protocol=https\nHOST=api.example.test\n", Result::rejected},
      {"45 a tab after the key", "protocol=https\nhost\t=api.example.test\n", Result::rejected},
      {"45 a byte order mark", "\xef\xbb\xbfprotocol=https\nhost=api.example.test\n", Result::rejected},
  })));
}

TEST_CASE("hostile requests: protocols that are not https", "[credential][hostile]") {
  for (const std::string protocol : {"http", "HTTPS", "https ", " https", "ftp", "ssh", "file", "cert",
                                     "httpss", "https://", "https\xc2\xa0"}) {
    INFO(protocol);
    CHECK(parse_result("protocol=" + protocol + "\nhost=api.example.test\n") == Result::differs);
  }
}

TEST_CASE("hostile requests: hosts that look like the expected one", "[credential][hostile]") {
  for (const std::string host : {"api.example.test:8443",
                                 "api.example.test:",
                                 "api.example.test:443:1",
                                 "api.example.test:0443",
                                 "api.example.test:+443",
                                 "api.example.test: 443",
                                 "api.example.test:443 ",
                                 "api.example.test:65979",
                                 "api.example.test.",
                                 ".api.example.test",
                                 "xapi.example.test",
                                 "api.example.test.evil.example",
                                 "evil-api.example.test",
                                 "sub.api.example.test",
                                 "example.test",
                                 "user@api.example.test",
                                 "api.example.test@evil",
                                 "evil#api.example.test",
                                 "evil?api.example.test",
                                 "api.example.test/",
                                 "evil\\api.example.test",
                                 "api.example.test\\evil",
                                 "=api.example.test",
                                 "api.example.test=x",
                                 "\xd0\xb0pi.example.test",
                                 "xn--pi-6kc.example.test",
                                 "api\xe3\x80\x82"
                                 "example.test",
                                 "api\xc2\xad.example.test",
                                 "[::1]",
                                 "127.0.0.1",
                                 "0x7f.1",
                                 "2130706433",
                                 " api.example.test",
                                 "api.example.test ",
                                 "api.example.test\t",
                                 "api\x01.example.test",
                                 "api.example.test\x1b[2J",
                                 "api.example.test\x7f",
                                 "api.example.test\xff",
                                 "*",
                                 "*.example.test",
                                 "api..example.test"}) {
    INFO(escape(host));
    CHECK(parse_result(for_host(host)) == Result::differs);
  }
}

TEST_CASE("a host matches in any case and with its default port", "[credential]") {
  CHECK(parse_result(for_host("API.EXAMPLE.TEST")) == Result::matches);
  CHECK(parse_result(for_host("api.example.test:443")) == Result::matches);
}

TEST_CASE("hostile requests: other keys are ignored", "[credential][hostile]") {
  for (const std::string& extra :
       {"foo[]=\n"s, "capability[]=zzz\n"s, "\xff\xfe=x\n"s, "quit=1\n"s, "ephemeral=2\n"s,
        "continue=maybe\n"s, "password_expiry_utc=-1\n"s, "password_expiry_utc=1e9\n"s,
        "password_expiry_utc=99999999999999999999\n"s, "password_expiry_utc=0x10\n"s, "password=x\n"s,
        "credential=x\n"s, "path=../../etc/passwd\n"s, "path=" + std::string(61440, 'p') + "\n",
        "state[]=x:forged\nstate[]=x:forged\n"s, "wwwauth[]=a\nwwwauth[]=a\n"s, "username=\n"s,
        "wwwauth[]=" + std::string(200'000, 'a') + "\n"}) {
    INFO(escape(extra.substr(0, 60)));
    CHECK(parse_result(for_host("api.example.test") + extra) == Result::matches);
    CHECK(parse_result(extra + for_host("api.example.test")) == Result::matches);
  }
}

TEST_CASE("a single-valued key must not be repeated", "[credential][hostile]") {
  const std::string key = GENERATE(
      values<std::string>({"protocol", "host", "username", "password", "path", "authtype", "credential",
                           "password_expiry_utc", "ephemeral", "oauth_refresh_token", "quit", "continue"}));

  DYNAMIC_SECTION(key) {
    CHECK(parse_result(for_host("api.example.test") + key + "=x\n" + key + "=x\n") == Result::rejected);
  }
}

TEST_CASE("a url may replace the parts and must not contradict them", "[credential][hostile]") {
  check(GENERATE(values<Row>({
      {"alone", "url=https://api.example.test/\n", Result::matches},
      {"alone, without a path", "url=https://api.example.test\n", Result::matches},
      {"with a path and a query", "url=https://api.example.test/x/y?z=1#f\n", Result::matches},
      {"with the default port", "url=https://api.example.test:443/\n", Result::matches},
      {"in capitals", "url=HTTPS://API.EXAMPLE.TEST/\n", Result::matches},
      {"beside the same parts", "url=https://api.example.test/\n" + for_host("api.example.test"),
       Result::matches},
      {"beside the same host in capitals", "url=https://api.example.test/\nhost=API.EXAMPLE.TEST:443\n",
       Result::matches},
      {"of another host", "url=https://evil/\n", Result::differs},
      {"of another protocol", "url=http://api.example.test/\n", Result::differs},
      {"of another port", "url=https://api.example.test:8443/\n", Result::differs},
      {"beside another host", "url=https://api.example.test/\nhost=evil\n", Result::rejected},
      {"before another host", "host=evil\nurl=https://api.example.test/\n", Result::rejected},
      {"the expected host beside another url", "url=https://evil/\n" + for_host("api.example.test"),
       Result::rejected},
      {"beside another protocol", "protocol=http\nurl=https://api.example.test/\n", Result::rejected},
      {"beside an empty host", "host=\nurl=https://api.example.test/\n", Result::rejected},
      {"beside an empty protocol", "protocol=\nurl=https://api.example.test/\n", Result::rejected},
      {"beside a host that is invalid", "host=api.example.test.\nurl=https://api.example.test/\n",
       Result::rejected},
      {"beside another user", "username=a\nurl=https://b@api.example.test/\n", Result::rejected},
      {"with a password", "url=https://u:p@api.example.test/\n", Result::rejected},
      {"with an encoded line end", "url=https://evil%0ahost=api.example.test/\n", Result::rejected},
      {"with an encoded user", "url=https://a%0a@api.example.test/\n", Result::rejected},
      {"without a scheme", "url=://api.example.test\n", Result::rejected},
      {"without a host", "url=https:///x\n", Result::rejected},
      {"that is invalid", "url=api.example.test\n" + for_host("api.example.test"), Result::rejected},
      {"that is empty", "url=\n" + for_host("api.example.test"), Result::rejected},
      {"twice", "url=https://api.example.test/\nurl=https://api.example.test/\n", Result::rejected},
  })));
}

TEST_CASE("any bytes are parsed or rejected", "[credential][hostile]") {
  // NOLINTNEXTLINE(cert-msc51-cpp): the same bytes on every run
  std::mt19937 random(20260824);
  const std::vector<std::string> pieces = {"protocol=", "https",
                                           "host=",     "api.example.test",
                                           "url=",      "://",
                                           "@",         ":",
                                           "\n",        "\r",
                                           "\r\n",      "=",
                                           "\0"s,       "\xff",
                                           "[",         "]",
                                           "username=", "capability[]=",
                                           "authtype",  "%00",
                                           "/",         "443",
                                           "0"};
  std::uniform_int_distribution<std::size_t> pick(0, pieces.size() - 1);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::size_t length = pick(random); length > 0; --length)
      text += pieces[pick(random)];
    CHECK_NOTHROW((void)parse_result(text));
  }
}

}  // namespace sase::protocol
