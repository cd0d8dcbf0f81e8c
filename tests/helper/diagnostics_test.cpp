// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnostics.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/memory_file.hpp"

namespace sase {

TEST_CASE("every kind of message is one line that names the program", "[diagnostics]") {
  const tests::MemoryFile error;
  const Diagnostics diagnostics(error.fd());

  diagnostics.failure("it failed");
  diagnostics.hint("do this");
  diagnostics.warning("look out");
  diagnostics.trace("a step");

  CHECK(error.text() ==
        "sase-credential: it failed\n"
        "sase-credential: hint: do this\n"
        "sase-credential: warning: look out\n"
        "sase-credential: trace: a step\n");
}

TEST_CASE("ignores a message that cannot be written", "[diagnostics]") {
  const Diagnostics diagnostics(-1);

  CHECK_NOTHROW(diagnostics.failure("it failed"));
}

TEST_CASE("prints one warning for many errors", "[diagnostics]") {
  const tests::MemoryFile error;
  const Diagnostics diagnostics(error.fd());
  WarningOnce trouble(&diagnostics, "continuing without: ");
  CHECK(error.text().empty());

  trouble.warn("the first");
  trouble.warn("the second");

  CHECK(error.text() == "sase-credential: warning: continuing without: the first\n");
}

TEST_CASE("prints one warning per kind", "[diagnostics]") {
  const tests::MemoryFile error;
  const Diagnostics diagnostics(error.fd());

  WarningOnce(&diagnostics, "one: ").warn("x");
  WarningOnce(&diagnostics, "two: ").warn("x");

  CHECK(error.text() == "sase-credential: warning: one: x\nsase-credential: warning: two: x\n");
}

TEST_CASE("prints nothing without diagnostics", "[diagnostics]") {
  CHECK_NOTHROW(WarningOnce(nullptr, "continuing without: ").warn("x"));
}

TEST_CASE("escapes control characters in a warning", "[diagnostics]") {
  const tests::MemoryFile error;
  const Diagnostics diagnostics(error.fd());

  WarningOnce(&diagnostics, "").warn("a\x1b[2J\nb");

  CHECK(error.text() == "sase-credential: warning: a\\x1b[2J\\x0ab\n");
}

}  // namespace sase
