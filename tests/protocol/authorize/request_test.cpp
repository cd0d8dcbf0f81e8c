// SPDX-License-Identifier: Apache-2.0
#include "protocol/authorize/request.hpp"

#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/secret_text.hpp"

#include <chrono>
#include <string>

namespace sase::protocol {

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using tests::to_text;

AuthorizeRequest full_request() {
  return {.url = "https://api.example.test/api/v1/auth/authorize",
          .api_key = Secret("the key = with signs"),
          .timeout = 9750ms,
          .tries = 2,
          .ca_file = "/etc/ca.pem",
          .client_cert = "/etc/cert.pem",
          .client_key = "/etc/key.pem",
          .proxy = "http://user:pass@proxy:3128",
          .no_proxy = "localhost,.example.test",
          .trace = true};
}

}  // namespace

TEST_CASE("a request is written as key=value lines", "[request]") {
  CHECK(to_text(full_request().write()) ==
        "api_key=the key = with signs\n"
        "timeout_ms=9750\n"
        "tries=2\n"
        "url=https://api.example.test/api/v1/auth/authorize\n"
        "ca_file=/etc/ca.pem\n"
        "client_cert=/etc/cert.pem\n"
        "client_key=/etc/key.pem\n"
        "proxy=http://user:pass@proxy:3128\n"
        "no_proxy=localhost,.example.test\n"
        "trace=1\n"
        "\n");
}

TEST_CASE("a written request parses as itself", "[request]") {
  const AuthorizeRequest request = AuthorizeRequest::parse(full_request().write().reveal());

  CHECK(request.url == "https://api.example.test/api/v1/auth/authorize");
  CHECK(request.api_key.reveal() == "the key = with signs");
  CHECK(request.timeout == 9750ms);
  CHECK(request.tries == 2);
  CHECK(request.ca_file == "/etc/ca.pem");
  CHECK(request.client_cert == "/etc/cert.pem");
  CHECK(request.client_key == "/etc/key.pem");
  CHECK(request.proxy == "http://user:pass@proxy:3128");
  CHECK(request.no_proxy == "localhost,.example.test");
  CHECK(request.trace);
}

TEST_CASE("an omitted value has its default", "[request]") {
  const AuthorizeRequest request = AuthorizeRequest::parse("url=u\napi_key=k\ntimeout_ms=1\n\n");

  CHECK(request.ca_file.empty());
  CHECK(request.client_cert.empty());
  CHECK(request.client_key.empty());
  CHECK(request.proxy.empty());
  CHECK(request.no_proxy.empty());
  CHECK(request.tries == 3);
  CHECK_FALSE(request.trace);
  CHECK_FALSE(AuthorizeRequest::parse("url=u\napi_key=k\ntimeout_ms=1\ntrace=0\n\n").trace);
}

TEST_CASE("rejects a value that contains a line end", "[request]") {
  const std::string bad = GENERATE(values<std::string>({"a\nb", "a\rb", "a\0b"s, "\n"}));
  AuthorizeRequest request = full_request();

  SECTION("in the key") { request.api_key = Secret(bad); }
  SECTION("in the URL") { request.url = bad; }
  SECTION("in the proxy") { request.proxy = bad; }
  CHECK_THROWS_AS(request.write(), ProtocolError);
}

TEST_CASE("rejects an incomplete or invalid request", "[request]") {
  const std::string text = GENERATE(values<std::string>({
      "",
      "\n",
      "url=u\napi_key=k\n",
      "url=u\ntimeout_ms=1\n",
      "api_key=k\ntimeout_ms=1\n",
      "url=\napi_key=k\ntimeout_ms=1\n",
      "url=u\napi_key=\ntimeout_ms=1\n",
      "url=u\napi_key=k\ntimeout_ms=0\n",
      "url=u\napi_key=k\ntimeout_ms=-1\n",
      "url=u\napi_key=k\ntimeout_ms=\n",
      "url=u\napi_key=k\ntimeout_ms=1s\n",
      "url=u\napi_key=k\ntimeout_ms= 1\n",
      "url=u\napi_key=k\ntimeout_ms=1.5\n",
      "url=u\napi_key=k\ntimeout_ms=99999999999999999999\n",
      "url=u\napi_key=k\ntimeout_ms=1\ntries=0\n",
      "url=u\napi_key=k\ntimeout_ms=1\ntries=4\n",
      "url=u\napi_key=k\ntimeout_ms=1\ntries=-1\n",
      "url=u\napi_key=k\ntimeout_ms=1\ntries=\n",
      "url=u\napi_key=k\ntimeout_ms=1\ntries=two\n",
      "url=u\napi_key=k\ntimeout_ms=1\ntries=4294967297\n",
      "url=u\napi_key=k\ntimeout_ms=1\ntrace=\n",
      "url=u\napi_key=k\ntimeout_ms=1\ntrace=yes\n",
      "url=u\napi_key=k\ntimeout_ms=1\nunknown=x\n",
      "url=u\napi_key=k\ntimeout_ms=1\ngarbage\n",
      "URL=u\napi_key=k\ntimeout_ms=1\n",
  }));

  DYNAMIC_SECTION(escape(text)) { CHECK_THROWS_AS(AuthorizeRequest::parse(text), ProtocolError); }
}

TEST_CASE("the longest key fits into a request", "[request]") {
  AuthorizeRequest request = full_request();
  request.api_key = Secret(std::string(16384, 'k'));

  CHECK(AuthorizeRequest::parse(request.write().reveal()).api_key.reveal() == std::string(16384, 'k'));
}

TEST_CASE("a probe names the URL to read, and needs no key to check only the connection", "[request]") {
  AuthorizeRequest request = AuthorizeRequest::parse("url=u\napi_key=k\ntimeout_ms=1\n\n");
  CHECK(request.probe == Probe::none);
  request.probe = Probe::all;
  request.read_url = "https://api.example.test/v3/status";
  CHECK(to_text(request.write()).ends_with("read_url=https://api.example.test/v3/status\nprobe=all\n\n"));
  const AuthorizeRequest read = AuthorizeRequest::parse(request.write().reveal());
  CHECK(read.probe == Probe::all);
  CHECK(read.read_url == request.read_url);

  CHECK(AuthorizeRequest::parse("url=u\ntimeout_ms=1\nprobe=connection\n").probe == Probe::connection);
  CHECK_THROWS_AS(AuthorizeRequest::parse("url=u\ntimeout_ms=1\nprobe=all\n"), ProtocolError);
  CHECK_THROWS_AS(AuthorizeRequest::parse("url=u\napi_key=k\ntimeout_ms=1\nprobe=some\n"), ProtocolError);
}

}  // namespace sase::protocol
