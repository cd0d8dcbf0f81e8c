// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/terraform_external.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <string>

namespace sase::protocol {

TEST_CASE("a query may have a profile and a host", "[external_query]") {
  const ExternalQuery both = ExternalQuery::parse(R"({"host":"API.example.test:8443","profile":"work"})");
  CHECK(both.profile == "work");
  CHECK(both.host == Host{.name = "api.example.test", .port = 8443});
  CHECK_FALSE(both.unknown);

  for (const std::string text : {"", " \r\n\t", "{}", R"({"profile":null,"host":null})"}) {
    INFO(text);
    const ExternalQuery nothing = ExternalQuery::parse(text);
    CHECK_FALSE(nothing.profile);
    CHECK_FALSE(nothing.host);
    CHECK_FALSE(nothing.unknown);
  }
}

TEST_CASE("a query reports its first unknown member", "[external_query]") {
  CHECK(ExternalQuery::parse(R"({"host":"a.test","profil":1,"x":2})").unknown == "profil");
  CHECK(ExternalQuery::parse(R"({"":"x"})").unknown == "");
  CHECK(ExternalQuery::parse(R"({"Profile":"x"})").unknown == "Profile");
}

TEST_CASE("a malformed query is rejected", "[external_query]") {
  struct Row {
    const char* text;
    const char* error;
  };
  const auto row = GENERATE(values<Row>({
      {"null", "it is not a JSON object"},
      {"{} {}", "it is not valid JSON at byte 4"},
      {R"({"profile":1})", "'profile' is not a string"},
      {R"({"profile":{"profile":"x"}})", "'profile' is not a string"},
      {R"({"profile":"a","profile":"a"})", "'profile' is repeated"},
      {R"({"host":true})", "'host' is not a string"},
      {R"({"host":""})", "'host' is empty"},
      {R"({"profile":"","host":"a.test"})", "'profile' is empty"},
      {R"({"host":"https://a.test"})", "'host' is neither 'name' nor 'name:port'"},
      {R"({"host":"a.test."})", "'host' is neither 'name' nor 'name:port'"},
      {R"({"host":"u@a.test"})", "'host' is neither 'name' nor 'name:port'"},
      {R"({"host":"a.test\u0000"})", "'host' is neither 'name' nor 'name:port'"},
  }));

  DYNAMIC_SECTION(row.text) {
    CHECK(tests::catch_message([&] { (void)ExternalQuery::parse(row.text); }) == row.error);
  }
}

}  // namespace sase::protocol
