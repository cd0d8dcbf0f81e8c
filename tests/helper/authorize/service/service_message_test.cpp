// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/service/service_response.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace sase::authorize;

TEST_CASE("the message is found in each form of the service's errors", "[authorize][service_message]") {
  struct Row {
    std::string json;
    std::string message;
  };
  const auto row = GENERATE(values<Row>({
      {R"({"message":"Unauthorized","messageCode":"UNAUTHORIZED","status":401})", "Unauthorized"},
      {R"({"id":"x1","message":"no such key"})", "no such key"},
      {R"({"body":"Error message.","statusCode":401})", "Error message."},
      {R"({"statusCode":429,"message":"Rate limit","error":"Too Many Requests"})", "Rate limit"},
      {R"({"error":"invalid_grant"})", "invalid_grant"},
      {R"({"message":["a","b"],"error":"Bad Request"})", "Bad Request"},
      {R"({"data":{"message":"not here"}})", ""},
      {R"({})", ""},
  }));

  DYNAMIC_SECTION(row.json) {
    CHECK(find_service_message(sase::protocol::JsonObject::parse(row.json)) == row.message);
  }
}

TEST_CASE("a message is escaped and truncated", "[authorize][service_message]") {
  CHECK(quote_unless_secret("", "0123456789").empty());
  CHECK(quote_unless_secret("hello", "0123456789") == ": \"hello\"");
  CHECK(quote_unless_secret("a\n\x1b[31m", "0123456789") == R"(: "a\x0a\x1b[31m")");
  CHECK(quote_unless_secret(std::string(100'000, 'x'), "0123456789").size() < 220);
}

TEST_CASE("omits a message that contains the key or 8 consecutive bytes of it",
          "[authorize][service_message]") {
  struct Row {
    std::string message;
    std::string key;
    bool shown;
  };
  const auto row = GENERATE(values<Row>({
      {"the key abcdefghijklmnop is bad", "abcdefghijklmnop", false},
      {"the key ...ijklmnop is bad", "abcdefghijklmnop", false},
      {"the key abcdefgh... is bad", "abcdefghijklmnop", false},
      {"the key ABCDEFGH... is bad", "abcdefghijklmnop", false},
      {"the key abcdefg... is bad", "abcdefghijklmnop", true},
      {"the key is bad", "abcdefghijklmnop", true},
      {"key k1 is bad", "k1", false},
      {"key is bad", "k1", true},
      {std::string(195, ' ') + "abcdefghijklmnop", "abcdefghijklmnop", true},  // cut after 5 bytes of it
      {std::string(192, ' ') + "abcdefghijklmnop", "abcdefghijklmnop", false},
  }));

  DYNAMIC_SECTION(row.message << " / " << row.key) {
    CHECK(quote_unless_secret(row.message, row.key).empty() == !row.shown);
  }
}
