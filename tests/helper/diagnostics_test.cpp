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
  diagnostics.trace("it goes on");

  CHECK(error.text() ==
        "sase-credential: it failed\n"
        "sase-credential: hint: do this\n"
        "sase-credential: warning: look out\n"
        "sase-credential: trace: it goes on\n");
}

TEST_CASE("a message that cannot be written is lost in silence", "[diagnostics]") {
  const Diagnostics diagnostics(-1);

  CHECK_NOTHROW(diagnostics.failure("it failed"));
}

TEST_CASE("however much trouble there is, one warning is said of it", "[diagnostics]") {
  const tests::MemoryFile error;
  const Diagnostics diagnostics(error.fd());
  WarningOnce trouble(&diagnostics, "going on without: ");
  CHECK(error.text().empty());

  trouble.say("the first");
  trouble.say("the second");

  CHECK(error.text() == "sase-credential: warning: going on without: the first\n");
}

TEST_CASE("two kinds of trouble have a warning each", "[diagnostics]") {
  const tests::MemoryFile error;
  const Diagnostics diagnostics(error.fd());

  WarningOnce(&diagnostics, "one: ").say("x");
  WarningOnce(&diagnostics, "two: ").say("x");

  CHECK(error.text() == "sase-credential: warning: one: x\nsase-credential: warning: two: x\n");
}

TEST_CASE("trouble that nobody wants to hear of is not said", "[diagnostics]") {
  CHECK_NOTHROW(WarningOnce(nullptr, "going on without: ").say("x"));
}

TEST_CASE("what is said of trouble is safe on a terminal", "[diagnostics]") {
  const tests::MemoryFile error;
  const Diagnostics diagnostics(error.fd());

  WarningOnce(&diagnostics, "").say("a\x1b[2J\nb");

  CHECK(error.text() == "sase-credential: warning: a\\x1b[2J\\x0ab\n");
}

}  // namespace sase
