// SPDX-License-Identifier: Apache-2.0
#include "helper/named_value.hpp"

#include "tests/support/catch.hpp"

#include <array>

namespace sase {

TEST_CASE("lists the names of values", "[word]") {
  constexpr std::array<NamedValue, 2> words = {NamedValue{"file", "in a file"},
                                               NamedValue{"none", "nowhere"}};

  CHECK(names_of(words) == std::vector<std::string_view>{"file", "none"});
  CHECK(list_of(words) == "file, none");
  CHECK(names_of({}).empty());
  CHECK(list_of({}).empty());
}

}  // namespace sase
