// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/service/service_response.hpp"

#include "tests/helper/authorize/fake_transport.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <string>
#include <variant>

using namespace sase::authorize;
using namespace std::chrono_literals;
using sase::protocol::AuthError;
using sase::protocol::ErrorKind;
using sase::protocol::TokenResponse;

namespace {

constexpr auto key = "the-api-key-0123456789";
constexpr std::chrono::sys_seconds server_now{1'800'000'000s};
constexpr auto far_off_clock = server_now + 24h * 1000;

std::string with_expiry(const std::string& expiry) {
  return R"({"data":{"tokenType":"bearer","accessToken":"the.token","accessTokenExpire":)" + expiry + "}}";
}

}  // namespace

TEST_CASE("reads an expiry in each known form", "[authorize][service_response]") {
  struct Row {
    std::string expiry;
    std::chrono::seconds lifetime;
  };
  const auto row = GENERATE(values<Row>({
      {"1800001800", 1800s},
      {"1800001800000", 1800s},
      {"1800001800.5", 1800s},
      {"1.8000018e9", 1800s},
      {"\"1800001800\"", 1800s},
      {"\"1800001800000\"", 1800s},
      {"\"2027-01-15T08:30:00Z\"", 1800s},
      {"\"2027-01-15T08:30:00.123Z\"", 1800s},
      {"\"2027-01-15T10:30:00+02:00\"", 1800s},
      {"1800003600", 3600s},
      {"1800007200", 3600s},
      {"1800000001", 1s},
      {"1900000000", 2700s},
      {"99999999999999999999999999", 2700s},
      {"1e400", 2700s},
      {"\"soon\"", 2700s},
      {"\"\"", 2700s},
      {"null", 2700s},
      {"true", 2700s},
      {"{}", 2700s},
      {"[1800001800]", 2700s},
  }));

  DYNAMIC_SECTION(row.expiry) {
    const auto outcome = parse_service_response(reply_with(200, with_expiry(row.expiry)), key, far_off_clock);

    REQUIRE(std::holds_alternative<TokenResponse>(outcome));
    CHECK(std::get<TokenResponse>(outcome).token.reveal() == "the.token");
    CHECK(std::get<TokenResponse>(outcome).lifetime == row.lifetime);
  }
}

TEST_CASE("rejects a token that has expired by the service's clock", "[authorize][service_response]") {
  const std::string expiry =
      GENERATE(as<std::string>(), "1800000000", "1799999999", "0", "-1", "\"1970-01-01T00:00:00Z\"");

  DYNAMIC_SECTION(expiry) {
    const auto outcome = parse_service_response(reply_with(200, with_expiry(expiry)), key, server_now - 1h);

    REQUIRE(std::holds_alternative<AuthError>(outcome));
    CHECK(std::get<AuthError>(outcome).kind == ErrorKind::invalid_response);
    CHECK(std::get<AuthError>(outcome).what == "the service issued a token that has already expired");
  }
}

TEST_CASE("without a valid Date the local clock is used and no token counts as expired",
          "[authorize][service_response]") {
  const std::string date = GENERATE(as<std::string>(), "", "garbage", "Friday, 15-Jan-27 08:00:00 GMT");
  HttpReply reply = reply_with(200, with_expiry("1800001800"));
  reply.date = date;

  const auto lifetime = [&reply](std::chrono::sys_seconds wall_clock) {
    return std::get<TokenResponse>(parse_service_response(reply, key, wall_clock)).lifetime;
  };

  CHECK(lifetime(server_now) == 1800s);
  CHECK(lifetime(server_now + 20min) == 600s);
  CHECK(lifetime(server_now + 2h) == 2700s);
  CHECK(lifetime(server_now - 24h * 365) == 2700s);
}

TEST_CASE("accepts more and fewer members than documented", "[authorize][service_response]") {
  const std::string body = GENERATE(
      as<std::string>(), R"({"data":{"accessToken":"the.token"}})",
      R"({"data":{"tokenType":"Bearer","accessToken":"the.token"}})",
      R"({"data":{"tokenType":"BEARER","accessToken":"the.token"}})",
      R"({"data":{"tokenType":null,"accessToken":"the.token"}})",
      R"({"data":{"accessToken":"the.token","tenantId":"x","sessionId":"y","new":[1,{"a":2}]},"more":true})");

  DYNAMIC_SECTION(body) {
    const auto outcome = parse_service_response(reply_with(201, body), key, server_now);

    REQUIRE(std::holds_alternative<TokenResponse>(outcome));
    CHECK(std::get<TokenResponse>(outcome).token.reveal() == "the.token");
    CHECK(std::get<TokenResponse>(outcome).lifetime == 2700s);
  }
}

TEST_CASE("rejects a response without a valid token and shows no byte of it",
          "[authorize][service_response]") {
  struct Row {
    std::string body;
    std::string words;
  };
  const auto row = GENERATE(values<Row>({
      {"", "is empty"},
      {"Ok", "not JSON"},
      {"[]", "not JSON"},
      {"\"leaked-token\"", "not JSON"},
      {"<html>leaked-token</html>", "web page"},
      {"\xef\xbb\xbf\n <html>leaked-token</html>", "web page"},
      {R"({"data":{"accessToken":"leaked-token")", "not JSON"},
      {R"({})", "no access token"},
      {R"({"data":null})", "no access token"},
      {R"({"data":[{"accessToken":"leaked-token"}]})", "'data' is not an object"},
      {R"({"accessToken":"leaked-token"})", "no access token"},
      {R"({"data":{"data":{"accessToken":"leaked-token"}}})", "no access token"},
      {R"({"data":{"accessToken":""}})", "no access token"},
      {R"({"data":{"accessToken":null}})", "no access token"},
      {R"({"data":{"accessToken":12345}})", "'accessToken' is not a string"},
      {R"({"data":{"accessToken":["leaked-token"]}})", "'accessToken' is not a string"},
      {R"({"data":{"accessToken":"leaked-token","accessToken":"leaked-token"}})", "not JSON"},
      {R"({"data":{"accessToken":"leaked-token\n"}})", "b64token"},
      {R"({"data":{"accessToken":"leaked-token\u0000"}})", "b64token"},
      {R"({"data":{"accessToken":"leaked-token \u001b[31m"}})", "b64token"},
      {R"({"data":{"accessToken":"leaked-token","tokenType":"mac"}})", "another type than bearer"},
      {R"({"data":{"accessToken":"leaked-token","tokenType":""}})", "another type than bearer"},
      {R"({"data":{"accessToken":"leaked-token","tokenType":{}}})", "'tokenType' is not a string"},
      {R"({"data":{"accessToken":")" + std::string(65'537, 'a') + "\"}}", "longer than 64 KiB"},
      {R"({"message":"key the-api-key-0123456789 is bad"})", "no access token"},
  }));

  DYNAMIC_SECTION(row.words << ' ' << row.body.substr(0, 60)) {
    const auto outcome = parse_service_response(reply_with(200, row.body), key, server_now);

    REQUIRE(std::holds_alternative<AuthError>(outcome));
    const auto& auth_error = std::get<AuthError>(outcome);
    CHECK(auth_error.kind == ErrorKind::invalid_response);
    CHECK_FALSE(auth_error.transient);
    CHECK(auth_error.what.find(row.words) != std::string::npos);
    CHECK((auth_error.what + auth_error.hint).find("leaked") == std::string::npos);
    CHECK((auth_error.what + auth_error.hint).find(key) == std::string::npos);
    CHECK(auth_error.what.size() < 300);
  }
}

TEST_CASE("quotes the message of an error with status 200", "[authorize][service_response]") {
  const auto outcome = parse_service_response(
      reply_with(200, R"({"body":"Invalid credentials","statusCode":401})"), key, server_now);

  CHECK(std::get<AuthError>(outcome).what ==
        "the service's response contains no access token: \"Invalid credentials\"");
}

TEST_CASE("returns a token of 64 KiB whole", "[authorize][service_response]") {
  const std::string token(65'536, 'a');
  const auto outcome = parse_service_response(reply_with(200, R"({"data":{"accessToken":")" + token + "\"}}"),
                                              key, server_now);

  REQUIRE(std::holds_alternative<TokenResponse>(outcome));
  CHECK(std::get<TokenResponse>(outcome).token.reveal() == token);
}
