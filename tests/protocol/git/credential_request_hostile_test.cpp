// SPDX-License-Identifier: Apache-2.0
#include "protocol/escape.hpp"
#include "protocol/git/credential_request.hpp"
#include "protocol/host.hpp"
#include "protocol/protocol_error.hpp"
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

/// What becomes of a request where the only host that is ours is `api.example.test`.
enum class Answer { ours, foreign, refused };

std::ostream& operator<<(std::ostream& out, Answer answer) {
  switch (answer) {
    case Answer::ours: return out << "ours";
    case Answer::foreign: return out << "foreign";
    case Answer::refused: return out << "refused";
  }
  return out;
}

Answer answer_to(std::string_view text) {
  try {
    const CredentialRequest request = CredentialRequest::parse(text);
    const bool ours =
        request.protocol == "https" && Host::parse(request.host) == Host{.name = "api.example.test"};
    return ours ? Answer::ours : Answer::foreign;
  } catch (const ProtocolError&) {
    return Answer::refused;
  }
}

struct Row {
  std::string name;
  std::string text;
  Answer answer;
};

void check(const Row& row) {
  DYNAMIC_SECTION(row.name) {
    INFO(escape(row.text));
    CHECK(answer_to(row.text) == row.answer);
  }
}

}  // namespace

TEST_CASE("hostile requests: repeated and glued keys", "[credential_request][hostile]") {
  check(GENERATE(values<Row>({
      {"1 the last host is ours", "protocol=https\nhost=evil\nhost=api.example.test\n", Answer::refused},
      {"2 the first host is ours", "protocol=https\nhost=api.example.test\nhost=evil\n", Answer::refused},
      {"the same host twice", "protocol=https\nhost=api.example.test\nhost=api.example.test\n",
       Answer::refused},
      {"3 a bare CR glues a host to the protocol", "protocol=https\rhost=api.example.test\nhost=evil\n",
       Answer::refused},
      {"4 a bare CR glues a second host", for_host("evil\rhost=api.example.test"), Answer::refused},
      {"5 CRLF on every line", "protocol=https\r\nhost=api.example.test\r\n\r\n", Answer::ours},
      {"6 CR before CRLF", "protocol=https\nhost=api.example.test\r\r\n", Answer::refused},
      {"7 an encoded CR", for_host("api.example.test%0d"), Answer::foreign},
      {"7 an encoded LF", for_host("api.example.test%0a"), Answer::foreign},
      {"7 an encoded NUL", for_host("api.example.test%00"), Answer::foreign},
      {"8 a NUL within the host", for_host("api.example.test\0.evil"s), Answer::refused},
      {"8 a NUL behind the host", for_host("api.example.test\0"s), Answer::refused},
      {"43 data behind the end", "protocol=https\nhost=evil\n\nhost=api.example.test\n", Answer::foreign},
      {"35 a long realm that ends like a host line",
       "protocol=https\nhost=evil\nwwwauth[]=" + std::string(65513, 'a') + "host=api.example.test\n",
       Answer::foreign},
      {"48 other line ends before a host",
       "protocol=https\nhost=evil\nx=\xe2\x80\xa8\xe2\x80\xa9\xc2\x85\x0b\x0chost=api.example.test\n",
       Answer::foreign},
  })));
}

TEST_CASE("hostile requests: missing parts are never 'any'", "[credential_request][hostile]") {
  check(GENERATE(values<Row>({
      {"9 an empty host", for_host(""), Answer::refused},
      {"10 no host", "protocol=https\n", Answer::refused},
      {"11 no protocol", "host=api.example.test\n", Answer::refused},
      {"12 an empty protocol", "protocol=\nhost=api.example.test\n", Answer::refused},
      {"13 nothing", "", Answer::refused},
      {"14 the empty line alone", "\n", Answer::refused},
      {"an empty line first", "\nprotocol=https\nhost=api.example.test\n", Answer::refused},
      {"15 no line end at the end", "protocol=https\nhost=api.example.test", Answer::ours},
      {"44 a first line without '='", "garbage\nprotocol=https\nhost=api.example.test\n", Answer::refused},
      {"44 a line without '=' in the middle", "protocol=https\ngarbage\nhost=api.example.test\n",
       Answer::refused},
      {"44 '=' alone", "protocol=https\nhost=api.example.test\n=\n", Answer::refused},
      {"44 a value without a key", "protocol=https\nhost=api.example.test\n=x\n", Answer::refused},
      {"45 a blank behind the key", "protocol=https\nhost =api.example.test\n", Answer::refused},
      {"45 a blank before the key", "protocol=https\n host=api.example.test\n", Answer::refused},
      {"45 a key in capitals", "protocol=https\nHOST=api.example.test\n", Answer::refused},
      {"45 a tab behind the key", "protocol=https\nhost\t=api.example.test\n", Answer::refused},
      {"45 a byte order mark", "\xef\xbb\xbfprotocol=https\nhost=api.example.test\n", Answer::refused},
  })));
}

TEST_CASE("hostile requests: protocols that are not https", "[credential_request][hostile]") {
  for (const std::string protocol : {"http", "HTTPS", "https ", " https", "ftp", "ssh", "file", "cert",
                                     "httpss", "https://", "https\xc2\xa0"}) {
    INFO(protocol);
    CHECK(answer_to("protocol=" + protocol + "\nhost=api.example.test\n") == Answer::foreign);
  }
}

TEST_CASE("hostile requests: hosts that only look like ours", "[credential_request][hostile]") {
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
    CHECK(answer_to(for_host(host)) == Answer::foreign);
  }
}

TEST_CASE("a host is ours in any case and with the port it has anyhow", "[credential_request]") {
  CHECK(answer_to(for_host("API.EXAMPLE.TEST")) == Answer::ours);
  CHECK(answer_to(for_host("api.example.test:443")) == Answer::ours);
}

TEST_CASE("hostile requests: keys that are for others are ignored", "[credential_request][hostile]") {
  for (const std::string& extra :
       {"foo[]=\n"s, "capability[]=zzz\n"s, "\xff\xfe=x\n"s, "quit=1\n"s, "ephemeral=2\n"s,
        "continue=maybe\n"s, "password_expiry_utc=-1\n"s, "password_expiry_utc=1e9\n"s,
        "password_expiry_utc=99999999999999999999\n"s, "password_expiry_utc=0x10\n"s, "password=x\n"s,
        "credential=x\n"s, "path=../../etc/passwd\n"s, "path=" + std::string(61440, 'p') + "\n",
        "state[]=ours:forged\nstate[]=ours:forged\n"s, "wwwauth[]=a\nwwwauth[]=a\n"s, "username=\n"s,
        "wwwauth[]=" + std::string(200'000, 'a') + "\n"}) {
    INFO(escape(extra.substr(0, 60)));
    CHECK(answer_to(for_host("api.example.test") + extra) == Answer::ours);
    CHECK(answer_to(extra + for_host("api.example.test")) == Answer::ours);
  }
}

TEST_CASE("a key that git has once may stand once", "[credential_request][hostile]") {
  const std::string key = GENERATE(
      values<std::string>({"protocol", "host", "username", "password", "path", "authtype", "credential",
                           "password_expiry_utc", "ephemeral", "oauth_refresh_token", "quit", "continue"}));

  DYNAMIC_SECTION(key) {
    CHECK(answer_to(for_host("api.example.test") + key + "=x\n" + key + "=x\n") == Answer::refused);
  }
}

TEST_CASE("a url may stand for the parts, if it says the same", "[credential_request][hostile]") {
  check(GENERATE(values<Row>({
      {"alone", "url=https://api.example.test/\n", Answer::ours},
      {"alone, without a path", "url=https://api.example.test\n", Answer::ours},
      {"with a path and a query", "url=https://api.example.test/x/y?z=1#f\n", Answer::ours},
      {"with the port it has anyhow", "url=https://api.example.test:443/\n", Answer::ours},
      {"in capitals", "url=HTTPS://API.EXAMPLE.TEST/\n", Answer::ours},
      {"beside the same parts", "url=https://api.example.test/\n" + for_host("api.example.test"),
       Answer::ours},
      {"beside the same host in capitals", "url=https://api.example.test/\nhost=API.EXAMPLE.TEST:443\n",
       Answer::ours},
      {"of another host", "url=https://evil/\n", Answer::foreign},
      {"of another protocol", "url=http://api.example.test/\n", Answer::foreign},
      {"of another port", "url=https://api.example.test:8443/\n", Answer::foreign},
      {"beside another host", "url=https://api.example.test/\nhost=evil\n", Answer::refused},
      {"before another host", "host=evil\nurl=https://api.example.test/\n", Answer::refused},
      {"ours beside the url of another", "url=https://evil/\n" + for_host("api.example.test"),
       Answer::refused},
      {"beside another protocol", "protocol=http\nurl=https://api.example.test/\n", Answer::refused},
      {"beside an empty host", "host=\nurl=https://api.example.test/\n", Answer::refused},
      {"beside an empty protocol", "protocol=\nurl=https://api.example.test/\n", Answer::refused},
      {"beside a host that is none", "host=api.example.test.\nurl=https://api.example.test/\n",
       Answer::refused},
      {"beside another user", "username=a\nurl=https://b@api.example.test/\n", Answer::refused},
      {"with a password", "url=https://u:p@api.example.test/\n", Answer::refused},
      {"with an encoded line end", "url=https://evil%0ahost=api.example.test/\n", Answer::refused},
      {"with an encoded user", "url=https://a%0a@api.example.test/\n", Answer::refused},
      {"without a scheme", "url=://api.example.test\n", Answer::refused},
      {"without a host", "url=https:///x\n", Answer::refused},
      {"that is none", "url=api.example.test\n" + for_host("api.example.test"), Answer::refused},
      {"that is empty", "url=\n" + for_host("api.example.test"), Answer::refused},
      {"twice", "url=https://api.example.test/\nurl=https://api.example.test/\n", Answer::refused},
  })));
}

TEST_CASE("no bytes do anything but parse or be refused", "[credential_request][hostile]") {
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
    CHECK_NOTHROW((void)answer_to(text));
  }
}

}  // namespace sase::protocol
