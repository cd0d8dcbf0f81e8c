// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_edit.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sase::config {

TEST_CASE("one setting of a profile is changed, and all else stays", "[profile_edit]") {
  struct Row {
    const char* name;
    const char* text;
    const char* setting;
    std::vector<std::string_view> values;
    const char* expected;
  };
  const auto row = GENERATE(values<Row>({
      {"in an empty text", "", "region", {"eu"}, "region = eu\n"},
      {"not there yet", "# mine\napi = v3\n", "region", {"eu"}, "# mine\napi = v3\nregion = eu\n"},
      {"there already", "region = us # no comment\napi = v3\n", "region", {"eu"}, "region = eu\napi = v3\n"},
      {"written without blanks", "region=us\n", "region", {"eu"}, "region = eu\n"},
      {"indented, with a tab", " \tregion\t= us\n", "region", {"eu"}, "region = eu\n"},
      {"with lines that end as on Windows",
       "region = us\r\napi = v3\r\n",
       "region",
       {"eu"},
       "region = eu\napi = v3\r\n"},
      {"in a comment", "# region = us\n", "region", {"eu"}, "# region = us\nregion = eu\n"},
      {"the beginning of another's name", "api-key-env = A\n", "api", {"v3"}, "api-key-env = A\napi = v3\n"},
      {"the end of another's name",
       "no-proxy = a\n",
       "proxy",
       {"http://p"},
       "no-proxy = a\nproxy = http://p\n"},
      {"without a last line end", "api = v3", "region", {"eu"}, "api = v3\nregion = eu\n"},
      {"empty lines", "\n\napi = v3\n\n", "api", {"v1"}, "\n\napi = v1\n\n"},
      {"several values",
       "host = a\napi = v3\nhost = b\n",
       "host",
       {"c", "d", "e"},
       "host = c\nhost = d\nhost = e\napi = v3\n"},
      {"no value", "host = a\napi = v3\nhost = b\n", "host", {}, "api = v3\n"},
      {"no value of what is not there", "api = v3\n", "host", {}, "api = v3\n"},
  }));

  DYNAMIC_SECTION(row.name) {
    CHECK(with_setting(row.text, *find_setting(row.setting), row.values) == row.expected);
  }
}

}  // namespace sase::config
