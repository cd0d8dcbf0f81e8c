// SPDX-License-Identifier: Apache-2.0
#include "protocol/escape.hpp"
#include "tests/support/catch.hpp"

namespace sase::protocol {

TEST_CASE("leaves a word unquoted that the shell does not interpret", "[shell_word]") {
  CHECK(shell_word("/home/me/.config/key-1.pem") == "/home/me/.config/key-1.pem");
}

TEST_CASE("puts any other word into single quotes", "[shell_word]") {
  CHECK(shell_word("").size() == 2);
  CHECK(shell_word("http://[::1]:3128") == "'http://[::1]:3128'");
  CHECK(shell_word("/a[b]") == "'/a[b]'");
  CHECK(shell_word("a key") == "'a key'");
  CHECK(shell_word("$(reboot)") == "'$(reboot)'");
  CHECK(shell_word("back\\slash") == "'back\\slash'");
  CHECK(shell_word("it's") == "'it'\\''s'");
  CHECK(shell_word("~/key") == "'~/key'");
}

TEST_CASE("a word in UTF-8 is shown as it is, and anything else can be pasted", "[shell_word]") {
  CHECK(shell_word("J\xc3\xbcrgen's") == "'J\xc3\xbcrgen'\\''s'");
  CHECK(shell_word("a\nb") == R"-($'a\x0ab')-");
  CHECK(shell_word("J\xfcrgen's 100%\\") == R"-($'J\xfcrgen\'s 100%\\')-");
}

}  // namespace sase::protocol
