// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/published_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

#include <string>

namespace sase::os {

TEST_CASE("a group is found by its number, whether there is a file or not", "[group_number]") {
  CHECK(find_group("0", "/nonexistent") == 0U);
  CHECK(find_group("1234", "/nonexistent") == 1234U);
  for (const char* const word : {"-1", "4294967295", "4294967296", "99999999999999", "", "1a", " 1", "+1"}) {
    INFO(word);
    CHECK_FALSE(find_group(word, "/nonexistent"));
  }
}

TEST_CASE("a group is found by its whole name", "[group_number]") {
  const tests::TemporaryDirectory directory;
  const std::string file = directory.write("group",
                                           "root:x:0:\n"
                                           "readers:x:77:me,you\n"
                                           "\n"
                                           "broken\n"
                                           "odd:x:many:\n"
                                           "none:x:4294967295:\n"
                                           "last:x:78:");

  CHECK(find_group("root", file) == 0U);
  CHECK(find_group("readers", file) == 77U);
  CHECK(find_group("last", file) == 78U);
  for (const char* const word : {"reader", "readersx", "READERS", "broken", "odd", "none", "x", "", "me"}) {
    INFO(word);
    CHECK_FALSE(find_group(word, file));
  }
}

TEST_CASE("this system's groups are known", "[group_number]") {
  CHECK(find_group("root") == 0U);
}

}  // namespace sase::os
