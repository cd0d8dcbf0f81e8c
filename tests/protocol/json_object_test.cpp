// SPDX-License-Identifier: Apache-2.0
#include "protocol/json_object.hpp"

#include "protocol/parsing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <string>

namespace sase::protocol {

namespace {

using namespace std::string_literals;

std::string parse_error(const std::string& text, std::size_t limit = JsonObject::usual_limit) {
  return tests::catch_message([&] { (void)JsonObject::parse(text, limit); });
}

/// An object that contains nested arrays.
std::string nested(std::size_t levels) {
  return R"({"a":)" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
}

}  // namespace

TEST_CASE("strings and objects are found by name", "[json_object]") {
  const JsonObject object =
      JsonObject::parse(R"( {"a":"x","b":{"a":"y","c":null},"d":null,"":"e","f":[{"a":"z"}]} )"
                        "\r\n\t");

  CHECK(object.text("a") == "x");
  REQUIRE(object.object("b"));
  CHECK(object.object("b")->text("a") == "y");
  CHECK(object.object("b")->text("c") == std::nullopt);
  CHECK(object.text("") == "e");
  CHECK(object.names() == std::vector<std::string_view>{"", "a", "b", "d", "f"});
}

TEST_CASE("the characters of a string or a number are read, and no number fails the document",
          "[json_object]") {
  struct Row {
    std::string value;
    std::string characters;
  };
  const auto row = GENERATE(values<Row>({
      {"\"5\"", "5"},
      {"0", "0"},
      {"-5", "-5"},
      {"1800003600000", "1800003600000"},
      {"1800003600.75", "1800003600"},
      {"1.8000036e9", "1800003600"},
      {"18000036E2", "1800003600"},
      {"9223372036854775807", "9223372036854775807"},
      {"1e300", ""},
      {"1e400", ""},
      {"-1e400", ""},
      {"1e-400", "0"},
      {"null", ""},
      {"true", ""},
      {"[1]", ""},
      {"{}", ""},
  }));

  DYNAMIC_SECTION(row.value) {
    const JsonObject object = JsonObject::parse("{\"a\":" + row.value + ",\"after\":\"1e400\"}");
    CHECK(object.characters("a") == row.characters);
    CHECK(object.characters("after") == "1e400");
    CHECK(object.characters("absent").empty());
  }
}

TEST_CASE("absent and null members are equal", "[json_object]") {
  const JsonObject object = JsonObject::parse(R"({"a":null})");

  CHECK(object.text("a") == std::nullopt);
  CHECK_FALSE(object.object("a"));
  CHECK(object.text("b") == std::nullopt);
  CHECK_FALSE(object.object("b"));
  CHECK(JsonObject::parse("{}").names().empty());
}

TEST_CASE("escapes are decoded", "[json_object]") {
  CHECK(JsonObject::parse(R"({"\u0061":"\"\\\/\n\u00e9\ud83d\ude00\u0000"})").text("a") ==
        "\"\\/\n\xc3\xa9\xf0\x9f\x98\x80\0"s);
}

TEST_CASE("a member of another type is rejected on access", "[json_object]") {
  for (const std::string value : {"1", "-1", "1.5", "true", "false", "[]", "[\"x\"]"}) {
    INFO(value);
    const JsonObject object = JsonObject::parse(R"({"a":)" + value + "}");
    CHECK(tests::catch_message([&] { (void)object.text("a"); }) == "'a' is not a string");
    CHECK(tests::catch_message([&] { (void)object.object("a"); }) == "'a' is not an object");
  }
  const JsonObject object = JsonObject::parse(R"({"a":{},"b":""})");
  CHECK_THROWS_AS(object.text("a"), ProtocolError);
  CHECK_THROWS_AS(object.object("b"), ProtocolError);
}

TEST_CASE("an error about invalid JSON has the position and no input bytes", "[json_object]") {
  const std::string text = GENERATE(values<std::string>({"{",
                                                         "}",
                                                         "{\"a\":1,}",
                                                         "{\"a\" 1}",
                                                         "{a:1}",
                                                         "{'a':1}",
                                                         "{\"a\":01}",
                                                         "{\"a\":+1}",
                                                         "{\"a\":NaN}",
                                                         "{\"a\":\"\t\"}",
                                                         "{\"a\":\"\xff\"}",
                                                         "{\"a\":\"\xc0\xaf\"}",
                                                         "{\"a\":\"\xed\xa0\x80\"}",
                                                         "{\"a\":\"\\ud800\"}",
                                                         "{\"a\":\"\\x\"}",
                                                         "{}{}",
                                                         "{} x",
                                                         "{},",
                                                         "// c\n{}",
                                                         "{}/* c */",
                                                         "\x0c{}",
                                                         "{}\0"s,
                                                         "{}\0hunter2"s,
                                                         "\0{}"s,
                                                         "{\"a\":\"\0\"}"s,
                                                         "hunter2"}));

  DYNAMIC_SECTION(text) {
    const std::string error = parse_error(text);
    CHECK(error.starts_with("it is not valid JSON at byte "));
    CHECK_FALSE(tests::contains(error, "hunter2"));
  }
}

TEST_CASE("a document that is not an object is rejected", "[json_object]") {
  for (const std::string text : {"[]", "[{}]", "\"x\"", "1", "-1", "1.5", "true", "null"}) {
    INFO(text);
    CHECK(parse_error(text) == "it is not a JSON object");
  }
  CHECK(parse_error("") == "it is empty");
  CHECK(parse_error(" \n") == "it is empty");
}

TEST_CASE("a number that is too large is rejected", "[json_object]") {
  CHECK(parse_error(R"({"a":1e99999})") == "it is not valid JSON: a number is too large");
}

TEST_CASE("a byte order mark is rejected", "[json_object]") {
  CHECK(parse_error("\xef\xbb\xbf{}") == "it begins with a byte order mark");
}

TEST_CASE("a repeated member is rejected at any depth", "[json_object]") {
  CHECK(parse_error(R"({"a":1,"a":1})") == "'a' is repeated");
  CHECK(parse_error(R"({"a":1,"\u0061":1})") == "'a' is repeated");
  CHECK(parse_error(R"({"b":{"a":1,"a":1}})") == "'a' is repeated");
  CHECK(parse_error(R"({"b":[{"a":1,"a":1}]})") == "'a' is repeated");
  CHECK(parse_error(R"({"\u001b[2J":1,"\u001b[2J":1})") == "'\\x1b[2J' is repeated");
  const std::string name(41, 'n');
  CHECK(parse_error("{\"" + name + "\":1,\"" + name + "\":1}") == "a member is repeated");
  CHECK_NOTHROW(JsonObject::parse(R"({"a":{"a":[{"a":1},{"a":1}]},"A":1})"));
}

TEST_CASE("size and depth are limited", "[json_object]") {
  const std::string longest = "{}" + std::string(JsonObject::usual_limit - 2, ' ');
  CHECK_NOTHROW(JsonObject::parse(longest));
  CHECK(parse_error(longest + ' ') == "it is longer than 65536 bytes");
  CHECK(parse_error("{ }", 2) == "it is longer than 2 bytes");

  CHECK_NOTHROW(JsonObject::parse(nested(JsonObject::deepest_nesting)));
  CHECK(parse_error(nested(JsonObject::deepest_nesting + 1)) == "it is nested deeper than 16 levels");
  CHECK(parse_error(R"({"a":)" + std::string(60'000, '[')) == "it is nested deeper than 16 levels");
}

}  // namespace sase::protocol
