// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/service/json_members.hpp"

#include "tests/support/catch.hpp"

#include <string>

using sase::authorize::JsonMembers;

TEST_CASE("finds members by their place", "[authorize][json_members]") {
  const auto members = JsonMembers::parse(
      R"({"message":"hello","status":401,"data":{"accessToken":"T","deep":{"accessToken":"no"}},)"
      R"("list":[{"accessToken":"no"}],"data.accessToken":"no","yes":true,"nothing":null,)"
      R"("last":"a\u00e9\n"})");

  REQUIRE(members);
  CHECK(members->text({}, "message") == "hello");
  CHECK(members->text("data", "accessToken") == "T");
  CHECK(members->text({}, "accessToken").empty());
  CHECK(members->text("list", "accessToken").empty());
  CHECK(members->text({}, "last") == "a\xc3\xa9\n");
  CHECK(members->text({}, "status").empty());
  REQUIRE(members->find({}, "status") != nullptr);
  CHECK(members->find({}, "status")->kind == JsonMembers::Kind::number);
  CHECK(members->find({}, "status")->text.reveal() == "401");
  CHECK(members->find({}, "nothing")->kind == JsonMembers::Kind::null);
  CHECK(members->find({}, "yes")->kind == JsonMembers::Kind::other);
  CHECK(members->find({}, "absent") == nullptr);
}

TEST_CASE("of repeated members the last one counts", "[authorize][json_members]") {
  const auto members = JsonMembers::parse(R"({"data":{"a":"1","a":"2"},"data":{"a":"3"}})");

  REQUIRE(members);
  CHECK(members->text("data", "a") == "3");
}

TEST_CASE("does not take an object with an empty name for the outermost one", "[authorize][json_members]") {
  const std::string name = GENERATE(as<std::string>(), "", R"(\u0000)");
  const auto members =
      JsonMembers::parse(R"({"message":"outer",")" + name + R"(":{"message":"inner","a":"1"}})");

  REQUIRE(members);
  CHECK(members->text({}, "message") == "outer");
  CHECK(members->find({}, "a") == nullptr);
}

TEST_CASE("parses numbers in each form, and none fails the document", "[authorize][json_members]") {
  struct Row {
    std::string number;
    std::string text;  // empty: reads as null
  };
  const auto row = GENERATE(values<Row>({
      {"0", "0"},
      {"-5", "-5"},
      {"1800003600", "1800003600"},
      {"1800003600000", "1800003600000"},
      {"1800003600.75", "1800003600"},
      {"1.8000036e9", "1800003600"},
      {"18000036E2", "1800003600"},
      {"9223372036854775807", ""},
      {"99999999999999999999999999999999", ""},
      {"1e300", ""},
      {"1e400", ""},
      {"-1e400", ""},
      {"1e-400", ""},
  }));

  DYNAMIC_SECTION(row.number) {
    const auto members = JsonMembers::parse("{\"n\":" + row.number + ",\"after\":\"1e400\"}");

    REQUIRE(members);
    REQUIRE(members->find({}, "n") != nullptr);
    CHECK(members->find({}, "n")->text.reveal() == row.text);
    CHECK((members->find({}, "n")->kind == JsonMembers::Kind::null) == row.text.empty());
    CHECK(members->text({}, "after") == "1e400");
  }
}

TEST_CASE("rejects everything but a JSON object", "[authorize][json_members]") {
  const std::string json =
      GENERATE(as<std::string>(), "", " ", "null", "true", "5", "\"text\"", "[]", R"([{"a":1}])", "{", "}",
               "{]", R"({"a")", R"({"a":})", R"({"a":1)", R"({"a":1}})", R"({"a":1} x)",
               R"({"a":"unterminated)", R"({"a":"\)", R"({a:1})", R"({"a":01x})", R"({"a":1e})",
               R"({"a":123456789012345678901234567890e})", "<html></html>", R"({"a":"\ud800"})", "\xff\xfe");

  DYNAMIC_SECTION(json) {
    CHECK_FALSE(JsonMembers::parse(json));
  }
}

TEST_CASE("limits nesting", "[authorize][json_members]") {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + '}';
  };

  CHECK(JsonMembers::parse(nested(10)));
  CHECK_FALSE(JsonMembers::parse(nested(100)));
  CHECK_FALSE(JsonMembers::parse(nested(1'000'000)));
  CHECK_FALSE(JsonMembers::parse(std::string(1'000'000, '[')));
}

TEST_CASE("ignores members above the limit", "[authorize][json_members]") {
  std::string json = R"({"first":"1")";
  for (int i = 0; i < 20'000; ++i)
    json += ",\"x\":1";
  const auto members = JsonMembers::parse(json + "}");

  REQUIRE(members);
  CHECK(members->text({}, "first") == "1");
}
