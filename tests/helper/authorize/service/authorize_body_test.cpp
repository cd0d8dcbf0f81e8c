// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/service/service_response.hpp"
#include "tests/support/catch.hpp"

#include <string>

using sase::authorize::write_authorize_body;

TEST_CASE("the body of the request is the documented one", "[authorize][authorize_body]") {
  struct Row {
    std::string key;
    std::string written;
  };
  const auto row = GENERATE(values<Row>({
      {"p81.abc-DEF_123~+/=", "p81.abc-DEF_123~+/="},
      {R"(quo"te)", R"(quo\"te)"},
      {R"(back\slash)", R"(back\\slash)"},
      {"\xc3\xa9", "\xc3\xa9"},
      {std::string(16384, '"'),
       [] {
         std::string escaped;
         for (int i = 0; i < 16384; ++i)
           escaped += "\\\"";
         return escaped;
       }()},
  }));

  DYNAMIC_SECTION(row.key.substr(0, 40)) {
    CHECK(write_authorize_body(row.key).reveal() ==
          R"({"grantType":"api_key","apiKey":")" + row.written + R"("})");
  }
}
