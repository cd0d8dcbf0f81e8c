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
      {"UTF-8 stays", "J\xc3\xbcrgen \xe6\x9d\xb1 \xf0\x9f\x94\x91",
       "J\xc3\xbcrgen \xe6\x9d\xb1 \xf0\x9f\x94\x91"},
      {"UTF-8 of a control character", "\xc2\x9b", "\\xc2\\x9b"},
      {"UTF-8 that is too long, a surrogate, too large or cut off",
       "\xc0\xaf\xe0\x80\xaf\xed\xa0\x80\xf4\x90\x80\x80\xe6\x9d",
       "\\xc0\\xaf\\xe0\\x80\\xaf\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80\\xe6\\x9d"},
      {"characters without width", "\xe2\x80\x8b\xef\xbb\xbf", "\\xe2\\x80\\x8b\\xef\\xbb\\xbf"},
      {"C1 controls and broken UTF-8", "\x9b\xff", "\\x9b\\xff"},
      {"text that overrides its direction", "\xe2\x80\xae", "\\xe2\\x80\\xae"},
  }));

  DYNAMIC_SECTION(row.name) { CHECK(escape(row.foreign) == row.shown); }
}

TEST_CASE("shows no character of Unicode that is invisible", "[escape]") {
  // Of the general categories Cf, Zl and Zp, and of the property Default_Ignorable_Code_Point.
  for (const char* const character :
       {"\u00ad",     "\u034f",     "\u0600",     "\u061c",     "\u06dd",     "\u070f",     "\u0890",
        "\u08e2",     "\u115f",     "\u1160",     "\u17b4",     "\u180b",     "\u180e",     "\u180f",
        "\u200b",     "\u200f",     "\u2028",     "\u2029",     "\u202a",     "\u202e",     "\u2060",
        "\u2064",     "\u2069",     "\u3164",     "\ufe00",     "\ufe0f",     "\ufeff",     "\uffa0",
        "\ufff9",     "\ufffb",     "\U000110bd", "\U00013430", "\U0001bca0", "\U0001d173", "\U000e0001",
        "\U000e007f", "\U000e0100", "\U000e01ef"}) {
    INFO(escape(character));
    CHECK(escape(character).starts_with("\\x"));
    CHECK_FALSE(is_printable_text(character));
  }
  for (const char* const character : {"\u00e9", "\u0606", "\u1161", "\u180a", "\u2010", "\u3163", "\ufe10",
                                      "\uffa1", "\U000110be", "\U0001d172"})
    CHECK(escape(character) == character);
}

TEST_CASE("escaped text is printable", "[escape]") {
  for (int byte = 0; byte < 256; ++byte) {
    INFO("byte " << byte);
    CHECK(is_printable_text(escape(std::string(1, static_cast<char>(byte)))));
  }
  CHECK(is_printable_text("J\xc3\xbcrgen"));
  CHECK_FALSE(is_printable_text("a\nb"));
  CHECK_FALSE(is_printable_text("J\xfcrgen"));
}

TEST_CASE("a text is not cut inside of a character", "[escape]") {
  CHECK(cut("a\xe6\x9d\xb1", 4) == "a\xe6\x9d\xb1");
  CHECK(cut("a\xe6\x9d\xb1", 3) == "a");
  CHECK(cut("a\xe6\x9d\xb1", 1) == "a");
  CHECK(cut("abc", 2) == "ab");
  CHECK(truncated("abcdef", 6) == "abcdef");
  CHECK(truncated("abcdefg", 6) == "abc...");
  CHECK(truncated("ab\xc3\xa4xyz", 6) == "ab...");
  CHECK(escape(std::string(199, 'a') + "\xc3\xbc") == std::string(199, 'a') + "...");
}

TEST_CASE("long text is truncated", "[escape]") {
  CHECK(escape(std::string(200, 'a')) == std::string(200, 'a'));
  CHECK(escape(std::string(201, 'a')) == std::string(200, 'a') + "...");
  CHECK(escape(std::string(10'000'000, '\n')).size() == 200 * 4 + 3);
}

}  // namespace sase::protocol
