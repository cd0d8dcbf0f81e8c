// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/bazel.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <string>

namespace sase::protocol {

namespace {

std::string parse_error(const std::string& text) {
  return tests::catch_message([&] { (void)parse_bazel_request(text); });
}

std::string parse_origin(const std::string& uri) {
  return parse_bazel_request(R"({"uri":")" + uri + R"("})").text();
}

std::string written(std::string_view token) {
  const std::chrono::sys_seconds expiry(std::chrono::seconds(1767323045));
  return std::string(write_bazel_reply(BearerToken(Secret(token)), expiry).reveal());
}

}  // namespace

TEST_CASE("the origin of Bazel's URI is parsed and its path ignored", "[bazel]") {
  CHECK(parse_origin("https://api.example.test/v1/x?y#z") == "https://api.example.test");
  CHECK(parse_origin("https://api.example.test") == "https://api.example.test");
  CHECK(parse_origin("HTTPS://API.Example.TEST:443/") == "https://api.example.test");
  CHECK(parse_origin("https://api.example.test:8443/") == "https://api.example.test:8443");
  CHECK(parse_origin("https://api.example.test/@evil.test/") == "https://api.example.test");
  CHECK(parse_origin("https://api.example.test/\xc3\xa9") == "https://api.example.test");
  CHECK(parse_origin("grpcs://api.example.test/com.example.Service/Method") == "grpcs://api.example.test");
}

TEST_CASE("unknown members are ignored", "[bazel]") {
  CHECK(parse_bazel_request(R"({"x":{"uri":1},"uri":"https://a.test/","method":"GET"})").host.name ==
        "a.test");
}

TEST_CASE("a malformed request of Bazel is rejected", "[bazel]") {
  struct Row {
    const char* text;
    const char* error;
  };
  const auto row = GENERATE(values<Row>({
      {"", "it is empty"},
      {"[]", "it is not a JSON object"},
      {"{}", "'uri' is missing or empty"},
      {R"({"URI":"https://a.test"})", "'uri' is missing or empty"},
      {R"({"uri":null})", "'uri' is missing or empty"},
      {R"({"uri":""})", "'uri' is missing or empty"},
      {R"({"uri":1})", "'uri' is not a string"},
      {R"({"uri":["https://a.test"]})", "'uri' is not a string"},
      {R"({"uri":"https://a.test","uri":"https://a.test"})", "'uri' is repeated"},
      {R"({"uri":"https://a.test"} {})", "it is not valid JSON at byte 26"},
      {R"({"uri":"a.test"})", "'uri': the URL has no scheme"},
      {R"({"uri":"//a.test"})", "'uri': the URL has no scheme"},
      {R"({"uri":"https:///x"})", "'uri': the URL's host is invalid"},
      {R"({"uri":"https://a.test."})", "'uri': the URL's host is invalid"},
      {R"({"uri":"https://a%2etest"})", "'uri': the URL's host is invalid"},
      {R"({"uri":"https://a.test:0443"})", "'uri': the URL's host is invalid"},
      {R"({"uri":"https://evil.test\\a.test"})", "'uri': the URL's host is invalid"},
      {R"({"uri":"https://u@a.test"})", "'uri': the URL contains a user name"},
      {R"({"uri":"https://u:p@a.test"})", "'uri': the URL contains a password"},
      {R"({"uri":"https://evil.test\\@a.test"})",
       "'uri': the URL's user name is empty or has invalid characters"},
      {R"({"uri":"https://a.test/\u0000"})", "'uri': the URL contains white space or a control byte"},
      {R"({"uri":"https://a.test/\r\nb"})", "'uri': the URL contains white space or a control byte"},
      {R"({"uri":" https://a.test/"})", "'uri': the URL contains white space or a control byte"},
      {R"({"uri":"https://a.test/\u007f"})", "'uri': the URL contains white space or a control byte"},
  }));

  DYNAMIC_SECTION(row.text) { CHECK(parse_error(row.text) == row.error); }
}

TEST_CASE("the reply to Bazel has a list of headers, and the expiry in whole seconds", "[bazel]") {
  CHECK(written("to.ken-_~+/==") ==
        R"({"headers":{"Authorization":["Bearer to.ken-_~+/=="]},"expires":"2026-01-02T03:04:05Z"})"
        "\n");
}

TEST_CASE("the reply to Bazel contains the longest token", "[bazel]") {
  const std::string token(BearerToken::max_size, 't');

  CHECK(written(token).find(token) != std::string::npos);
}

}  // namespace sase::protocol
