// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/command_line.hpp"
#include "tests/support/catch.hpp"

namespace sase::cli {

TEST_CASE("the program's name selects the dialect", "[dialect]") {
  REQUIRE(find_dialect_by_program("git-credential-sase") != nullptr);
  CHECK(find_dialect_by_program("git-credential-sase")->dialect == Dialect::git);
  REQUIRE(find_dialect_by_program("/usr/bin/bazel-credential-sase") != nullptr);
  CHECK(find_dialect_by_program("/usr/bin/bazel-credential-sase")->dialect == Dialect::bazel);
  for (const char* const name :
       {"sase-credential", "", "bazel", "bazel-credential-sase/", "git-credential-sase2"})
    CHECK(find_dialect_by_program(name) == nullptr);
}

TEST_CASE("finds a dialect by its name", "[dialect]") {
  for (const DialectName& dialect : dialects) {
    CHECK(find_dialect(dialect.name) == &dialect);
    CHECK(find_dialect_by_program(dialect.program) == &dialect);
    CHECK_FALSE(dialect.meaning.empty());
  }
  CHECK(find_dialect("") == nullptr);
  CHECK(find_dialect("Git") == nullptr);
}

}  // namespace sase::cli
