// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/terraform_external.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <string>

namespace sase::protocol {

TEST_CASE("a query names a profile, a host, both or nothing", "[external_query]") {
  const ExternalQuery both = ExternalQuery::parse(R"({"host":"API.example.test:8443","profile":"work"})");
  CHECK(both.profile == "work");
  CHECK(both.host == Host{.name = "api.example.test", .port = 8443});
  CHECK_FALSE(both.unknown);

  for (const std::string text :
       {"", " \r\n\t", "{}", R"({"profile":null,"host":null})", R"({"profile":"","host":""})"}) {
    INFO(text);
    const ExternalQuery nothing = ExternalQuery::parse(text);
    CHECK_FALSE(nothing.profile);
    CHECK_FALSE(nothing.host);
    CHECK_FALSE(nothing.unknown);
  }
}

TEST_CASE("the first member that is not known is told", "[external_query]") {
  CHECK(ExternalQuery::parse(R"({"host":"a.test","profil":1,"x":2})").unknown == "profil");
  CHECK(ExternalQuery::parse(R"({"":"x"})").unknown == "");
  CHECK(ExternalQuery::parse(R"({"Profile":"x"})").unknown == "Profile");
}

TEST_CASE("a query that is malformed is refused", "[external_query]") {
  struct Row {
    const char* text;
    const char* error;
  };
  const auto row = GENERATE(values<Row>({
      {"null", "it is no JSON object"},
      {"{} {}", "it is no JSON, from byte 4 on"},
      {R"({"profile":1})", "'profile' is no string"},
      {R"({"profile":{"profile":"x"}})", "'profile' is no string"},
      {R"({"profile":"a","profile":"a"})", "'profile' stands twice"},
      {R"({"host":true})", "'host' is no string"},
      {R"({"host":"https://a.test"})", "'host' is neither 'name' nor 'name:port'"},
      {R"({"host":"a.test."})", "'host' is neither 'name' nor 'name:port'"},
      {R"({"host":"u@a.test"})", "'host' is neither 'name' nor 'name:port'"},
      {R"({"host":"a.test\u0000"})", "'host' is neither 'name' nor 'name:port'"},
  }));

  DYNAMIC_SECTION(row.text) {
    CHECK(tests::what_of([&] { (void)ExternalQuery::parse(row.text); }) == row.error);
  }
}

}  // namespace sase::protocol
