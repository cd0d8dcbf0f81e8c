// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/file_system.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/temporary_directory.hpp"

namespace sase::os {

TEST_CASE("recognizes a file system in memory", "[file_system]") {
  if (const auto memory = tests::parent_in_memory()) CHECK(is_in_memory(*memory));
  if (const auto disk = tests::parent_on_disk()) CHECK_FALSE(is_in_memory(*disk));
  CHECK_FALSE(is_in_memory("/proc"));
  CHECK_FALSE(is_in_memory("/nonexistent"));
  CHECK(is_in_memory(tests::MemoryFile().fd()));
  CHECK_FALSE(is_in_memory(-1));
}

}  // namespace sase::os
