// SPDX-License-Identifier: Apache-2.0
#include "protocol/escape.hpp"

#include "tests/support/catch.hpp"

#include <string>

namespace sase::protocol {

namespace {

using namespace std::string_literals;

}  // namespace

TEST_CASE("untrusted text becomes safe to print", "[escape]") {
  struct Row {
    const char* name;
    std::string foreign, shown;
  };
  const auto row = GENERATE(values<Row>({
      {"nothing", "", ""},
      {"printable ASCII stays", " !\"'az~", " !\"'az~"},
      {"a backslash", "a\\b", "a\\\\b"},
      {"an escape that is text already", "\\x1b", "\\\\x1b"},
      {"line ends", "a\r\nb", "a\\x0d\\x0ab"},
      {"a NUL", "a\0b"s, "a\\x00b"},
      {"a terminal's commands", "\x1b[2J\x07", "\\x1b[2J\\x07"},
      {"DEL", "\x7f", "\\x7f"},
      {"UTF-8", "\xc3\xa4", "\\xc3\\xa4"},
      {"C1 controls and broken UTF-8", "\x9b\xff", "\\x9b\\xff"},
      {"text that overrides its direction", "\xe2\x80\xae", "\\xe2\\x80\\xae"},
  }));

  DYNAMIC_SECTION(row.name) {
    CHECK(escape(row.foreign) == row.shown);
  }
}

TEST_CASE("escaped text is printable ASCII", "[escape]") {
  for (int byte = 0; byte < 256; ++byte)
    for (const char c : escape(std::string(1, static_cast<char>(byte)))) {
      INFO("byte " << byte);
      CHECK((c >= 0x20 && c < 0x7f));
    }
}

TEST_CASE("long text is truncated", "[escape]") {
  CHECK(escape(std::string(200, 'a')) == std::string(200, 'a'));
  CHECK(escape(std::string(201, 'a')) == std::string(200, 'a') + "...");
  CHECK(escape(std::string(10'000'000, '\n')).size() == 200 * 4 + 3);
}

}  // namespace sase::protocol
