// SPDX-License-Identifier: Apache-2.0
#include "helper/named_value.hpp"

#include "tests/support/catch.hpp"

#include <array>

namespace sase {

TEST_CASE("lists the names of values", "[word]") {
  constexpr std::array<NamedValue, 2> words = {NamedValue{"file", "in a file"},
                                               NamedValue{"none", "nowhere"}};

  CHECK(to_names(words) == std::vector<std::string_view>{"file", "none"});
  CHECK(format_list(words) == "file, none");
  CHECK(to_names({}).empty());
  CHECK(format_list({}).empty());
}

}  // namespace sase
