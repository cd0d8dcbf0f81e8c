// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/bazel_request.hpp"

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

}  // namespace

TEST_CASE("the origin of Bazel's URI is read, whatever stands behind it", "[bazel_request]") {
  CHECK(origin_of("https://api.example.test/v1/x?y#z") == "https://api.example.test");
  CHECK(origin_of("https://api.example.test") == "https://api.example.test");
  CHECK(origin_of("HTTPS://API.Example.TEST:443/") == "https://api.example.test");
  CHECK(origin_of("https://api.example.test:8443/") == "https://api.example.test:8443");
  CHECK(origin_of("https://api.example.test/@evil.test/") == "https://api.example.test");
  CHECK(origin_of("https://api.example.test/\xc3\xa9") == "https://api.example.test");
  CHECK(origin_of("grpcs://api.example.test/com.example.Service/Method") == "grpcs://api.example.test");
}

TEST_CASE("members that are not known are ignored", "[bazel_request]") {
  CHECK(parse_bazel_request(R"({"x":{"uri":1},"uri":"https://a.test/","method":"GET"})").host.name ==
        "a.test");
}

TEST_CASE("a request of Bazel's that is malformed is refused", "[bazel_request]") {
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

}  // namespace sase::protocol
