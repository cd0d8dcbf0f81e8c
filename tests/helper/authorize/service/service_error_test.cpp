// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/service/service_response.hpp"
#include "tests/helper/authorize/fake_transport.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <string>

using namespace sase::authorize;
using namespace std::chrono_literals;
using sase::protocol::ErrorKind;

namespace {

constexpr auto key = "the-api-key-0123456789";
constexpr std::chrono::sys_seconds now{1'800'000'000s};

}  // namespace

TEST_CASE("each status has one meaning", "[authorize][service_error]") {
  struct Row {
    int status;
    ErrorKind kind;
    bool transient;
    std::string words;
  };
  const auto row = GENERATE(values<Row>({
      {100, ErrorKind::invalid_response, false, "makes no sense"},
      {301, ErrorKind::invalid_response, false, "redirect"},
      {307, ErrorKind::invalid_response, false, "redirect"},
      {400, ErrorKind::rejected, false, "did not accept the request"},
      {401, ErrorKind::rejected, false, "rejected the API key"},
      {402, ErrorKind::rejected, false, "plan"},
      {403, ErrorKind::rejected, false, "denied access"},
      {404, ErrorKind::invalid_response, false, "not found"},
      {405, ErrorKind::invalid_response, false, "not found"},
      {408, ErrorKind::unreachable, true, "gave up waiting"},
      {418, ErrorKind::invalid_response, false, "makes no sense"},
      {422, ErrorKind::rejected, false, "did not accept the request"},
      {429, ErrorKind::rate_limited, true, "limits the rate"},
      {500, ErrorKind::unreachable, true, "failing"},
      {503, ErrorKind::unreachable, true, "failing"},
      {599, ErrorKind::unreachable, true, "failing"},
      {999, ErrorKind::invalid_response, false, "makes no sense"},
  }));

  DYNAMIC_SECTION(row.status) {
    const auto auth_error =
        describe_service_error(reply_with(row.status, R"({"message":"its words"})"), key, now);

    CHECK(auth_error.kind == row.kind);
    CHECK(auth_error.transient == row.transient);
    CHECK(auth_error.what.find(row.words) != std::string::npos);
    CHECK(auth_error.what.find("(HTTP " + std::to_string(row.status) + ")") != std::string::npos);
    CHECK(auth_error.what.find("\"its words\"") != std::string::npos);
  }
}

TEST_CASE("a web page is not a response of the service unless the status decides",
          "[authorize][service_error]") {
  struct Row {
    int status;
    std::string content_type;
    std::string body;
    std::string words;
  };
  const auto row = GENERATE(values<Row>({
      {403, "text/html; charset=utf-8", "Blocked", "web page"},
      {403, "", "  <!DOCTYPE html><p>Blocked", "web page"},
      {404, "text/html", "<pre>Cannot POST /api/v3</pre>", "web page"},
      {404, "text/plain", "Cannot POST /api/v3/groups", "not found"},
      {401, "text/html", "<p>Unauthorized", "rejected the API key"},
      {503, "text/html", "<p>Down", "failing"},
      {429, "text/html", "<p>Slow down", "limits the rate"},
      {302, "text/html", "<p>Moved", "redirect"},
  }));

  DYNAMIC_SECTION(row.status << ' ' << row.body) {
    HttpReply reply = reply_with(row.status, row.body);
    reply.content_type = row.content_type;
    const auto auth_error = describe_service_error(reply, key, now);

    CHECK(auth_error.what.find(row.words) != std::string::npos);
    CHECK(auth_error.what.find('<') == std::string::npos);
    CHECK(auth_error.what.find("Cannot") == std::string::npos);
  }
}

TEST_CASE("Retry-After counts for faults that pass", "[authorize][service_error]") {
  const auto asked = [](int status, const std::string& text) {
    HttpReply reply = reply_with(status, "{}");
    reply.retry_after = text;
    return describe_service_error(reply, key, now).retry_after;
  };

  CHECK(asked(429, "7") == 7s);
  CHECK(asked(503, "Fri, 15 Jan 2027 08:01:00 GMT") == 60s);
  CHECK(asked(429, "garbage") == std::nullopt);
  CHECK(asked(401, "7") == std::nullopt);
}

TEST_CASE("a redirect's host is shown and its path is not", "[authorize][service_error]") {
  const auto words = [](const std::string& location) {
    HttpReply reply = reply_with(302, "");
    reply.location = location;
    return describe_service_error(reply, key, now).what;
  };

  CHECK(words("https://portal.example/login?x=1").find(" to 'https://portal.example'") != std::string::npos);
  CHECK(words("https://portal.example/login?x=1").find("login") == std::string::npos);
  CHECK(words("/relative").find(" to ") == std::string::npos);
  CHECK(words("https://the-api-key-0123456789.example/").find("api-key") == std::string::npos);
  CHECK(words("https://user:pass@portal.example/").find("pass") == std::string::npos);
}
