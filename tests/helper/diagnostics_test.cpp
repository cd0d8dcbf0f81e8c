// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnostics.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/memory_file.hpp"

namespace sase::helper {

TEST_CASE("every kind of message is one line that names the program", "[diagnostics]") {
  const tests::MemoryFile error;
  const Diagnostics diagnostics(error.fd());

  diagnostics.failure("it failed");
  diagnostics.hint("do this");
  diagnostics.warning("look out");

  CHECK(error.text() ==
        "sase-credential: it failed\n"
        "sase-credential: hint: do this\n"
        "sase-credential: warning: look out\n");
}

TEST_CASE("a message that cannot be written is lost in silence", "[diagnostics]") {
  const Diagnostics diagnostics(-1);

  CHECK_NOTHROW(diagnostics.failure("it failed"));
}

}  // namespace sase::helper
