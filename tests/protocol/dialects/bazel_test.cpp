// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/bazel.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <string>

namespace sase::protocol {

namespace {

std::string error_of(const std::string& text) {
  return tests::what_of([&] { (void)parse_bazel_request(text); });
}

std::string origin_of(const std::string& uri) {
  return parse_bazel_request(R"({"uri":")" + uri + R"("})").text();
}

std::string written(std::string_view token) {
  const std::chrono::sys_seconds expiry(std::chrono::seconds(1767323045));
  return std::string(write_bazel_reply(BearerToken(Secret(token)), expiry).reveal());
}

}  // namespace

TEST_CASE("the origin of Bazel's URI is read, whatever stands behind it", "[bazel]") {
  CHECK(origin_of("https://api.example.test/v1/x?y#z") == "https://api.example.test");
  CHECK(origin_of("https://api.example.test") == "https://api.example.test");
  CHECK(origin_of("HTTPS://API.Example.TEST:443/") == "https://api.example.test");
  CHECK(origin_of("https://api.example.test:8443/") == "https://api.example.test:8443");
  CHECK(origin_of("https://api.example.test/@evil.test/") == "https://api.example.test");
  CHECK(origin_of("https://api.example.test/\xc3\xa9") == "https://api.example.test");
  CHECK(origin_of("grpcs://api.example.test/com.example.Service/Method") == "grpcs://api.example.test");
}

TEST_CASE("members that are not known are ignored", "[bazel]") {
  CHECK(parse_bazel_request(R"({"x":{"uri":1},"uri":"https://a.test/","method":"GET"})").host.name ==
        "a.test");
}

TEST_CASE("a request of Bazel's that is malformed is refused", "[bazel]") {
  struct Row {
    const char* text;
    const char* error;
  };
  const auto row = GENERATE(values<Row>({
      {"", "it is empty"},
      {"[]", "it is no JSON object"},
      {"{}", "'uri' is missing or empty"},
      {R"({"URI":"https://a.test"})", "'uri' is missing or empty"},
      {R"({"uri":null})", "'uri' is missing or empty"},
      {R"({"uri":""})", "'uri' is missing or empty"},
      {R"({"uri":1})", "'uri' is no string"},
      {R"({"uri":["https://a.test"]})", "'uri' is no string"},
      {R"({"uri":"https://a.test","uri":"https://a.test"})", "'uri' stands twice"},
      {R"({"uri":"https://a.test"} {})", "it is no JSON, from byte 26 on"},
      {R"({"uri":"a.test"})", "'uri': the URL has no scheme"},
      {R"({"uri":"//a.test"})", "'uri': the URL has no scheme"},
      {R"({"uri":"https:///x"})", "'uri': the URL's host is not a valid one"},
      {R"({"uri":"https://a.test."})", "'uri': the URL's host is not a valid one"},
      {R"({"uri":"https://a%2etest"})", "'uri': the URL's host is not a valid one"},
      {R"({"uri":"https://a.test:0443"})", "'uri': the URL's host is not a valid one"},
      {R"({"uri":"https://evil.test\\a.test"})", "'uri': the URL's host is not a valid one"},
      {R"({"uri":"https://u@a.test"})", "'uri': the URL names a user"},
      {R"({"uri":"https://u:p@a.test"})", "'uri': the URL carries a password"},
      {R"({"uri":"https://evil.test\\@a.test"})",
       "'uri': the URL's user name is empty or holds odd characters"},
      {R"({"uri":"https://a.test/\u0000"})", "'uri': a blank or a control byte in the URL"},
      {R"({"uri":"https://a.test/\r\nb"})", "'uri': a blank or a control byte in the URL"},
      {R"({"uri":" https://a.test/"})", "'uri': a blank or a control byte in the URL"},
      {R"({"uri":"https://a.test/\u007f"})", "'uri': a blank or a control byte in the URL"},
  }));

  DYNAMIC_SECTION(row.text) {
    CHECK(error_of(row.text) == row.error);
  }
}

TEST_CASE("Bazel gets a list of headers, and the expiry in whole seconds", "[bazel]") {
  CHECK(written("to.ken-_~+/==") ==
        R"({"headers":{"Authorization":["Bearer to.ken-_~+/=="]},"expires":"2026-01-02T03:04:05Z"})"
        "\n");
}

TEST_CASE("Bazel gets the longest token whole", "[bazel]") {
  const std::string token(BearerToken::max_size, 't');

  CHECK(written(token).find(token) != std::string::npos);
}

}  // namespace sase::protocol
