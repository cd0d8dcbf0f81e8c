// SPDX-License-Identifier: Apache-2.0
#include "protocol/escape.hpp"
#include "protocol/git/credential.hpp"
#include "protocol/parsing.hpp"
#include "tests/support/catch.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sase::protocol {

namespace {

using namespace std::string_literals;

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs read(std::string_view text) {
  Pairs pairs;
  MessageReader reader(text);
  while (const auto attribute = reader.next())
    pairs.emplace_back(attribute->key, attribute->value);
  return pairs;
}

/// The attributes of a text, or nothing if it is rejected.
std::optional<Pairs> read_or_reject(std::string_view text) {
  try {
    return read(text);
  } catch (const ProtocolError&) {
    return std::nullopt;
  }
}

/// The number of bytes after which a message in pieces of `piece` is complete, or nothing.
std::optional<std::size_t> whole_after(std::string_view text, std::size_t piece) {
  MessageScanner scanner;
  for (std::size_t at = 0; at < text.size(); at += piece)
    if (scanner.scan(text.substr(at, piece))) return at + piece;
  return std::nullopt;
}

std::string repeat(std::string_view text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i)
    all += text;
  return all;
}

/// All texts of up to `length` characters that are significant in the format.
std::vector<std::string> all_texts(std::size_t length) {
  std::vector<std::string> texts = {""};
  for (std::size_t first = 0, round = 0; round < length; ++round) {
    const std::size_t last = texts.size();
    for (; first < last; ++first)
      for (const char c : {'a', '=', '\r', '\n'})
        texts.push_back(texts[first] + c);
  }
  return texts;
}

}  // namespace

TEST_CASE("a message is read line by line", "[message]") {
  struct Row {
    const char* name;
    std::string text;
    Pairs expected;
  };
  const auto row = GENERATE(values<Row>({
      {"nothing at all", "", {}},
      {"the empty line alone", "\n", {}},
      {"an empty line that ends with CRLF", "\r\n", {}},
      {"lines in their order", "b=1\na=2\n\n", {{"b", "1"}, {"a", "2"}}},
      {"a last line without LF", "a=1\nb=2", {{"a", "1"}, {"b", "2"}}},
      {"no empty line at the end", "a=1\n", {{"a", "1"}}},
      {"CRLF line ends", "a=1\r\nb=2\r\n\r\n", {{"a", "1"}, {"b", "2"}}},
      {"the first '=' divides", "a=b=c\n", {{"a", "b=c"}}},
      {"an '=' may begin the value", "a==b\n", {{"a", "=b"}}},
      {"an empty value", "a=\n", {{"a", ""}}},
      {"blanks belong to key and value", " a = b \n", {{" a ", " b "}}},
      {"a key given twice is given twice", "a=1\na=2\n", {{"a", "1"}, {"a", "2"}}},
      {"what stands after the empty line is not read", "a=1\n\nb=2\ngarbage", {{"a", "1"}}},
      {"bytes beyond ASCII are data",
       "a=\xff\xe2\x80\xa8\xc2\x85\x0b\x0c\x1b\x7f\n",
       {{"a", "\xff\xe2\x80\xa8\xc2\x85\x0b\x0c\x1b\x7f"}}},
      {"keys with brackets are keys", "a[]=1\na[]=\n", {{"a[]", "1"}, {"a[]", ""}}},
  }));

  DYNAMIC_SECTION(row.name) { CHECK(read(row.text) == row.expected); }
}

TEST_CASE("a malformed line is an error", "[message]") {
  struct Row {
    const char* name;
    std::string text;
  };
  const auto row = GENERATE(values<Row>({
      {"no '='", "garbage\n"},
      {"no '=' in a later line", "a=1\ngarbage\nb=2\n"},
      {"no '=' in a last line without LF", "a=1\ngarbage"},
      {"'=' alone", "=\n"},
      {"no key", "=value\n"},
      {"a CR within a value", "a=b\rc=d\n"},
      {"a CR within a key", "a\rb=c\n"},
      {"a CR before CRLF", "a=b\r\r\n"},
      {"a CR at the end without LF", "a=b\r"},
      {"a CR alone at the end", "a=b\n\r"},
      {"a CR before the empty line's CRLF", "a=b\n\r\r\n"},
      {"a NUL within a value", "a=b\0c\n"s},
      {"a NUL at the end of a value", "a=b\0\n"s},
      {"a NUL within a key", "a\0=b\n"s},
      {"a NUL alone", "\0\n"s},
  }));

  DYNAMIC_SECTION(row.name) { CHECK_THROWS_AS(read(row.text), ProtocolError); }
}

TEST_CASE("an error contains no value", "[message]") {
  for (const std::string text : {"hunter2\n", "=hunter2\n", "a=hunter2\rb\n"}) {
    INFO(text);
    try {
      (void)read(text);
      FAIL_CHECK("it was read");
    } catch (const ProtocolError& error) {
      CHECK(std::string(error.what()).find("hunter2") == std::string::npos);
    }
  }
}

TEST_CASE("a reader knows whether it has read an attribute", "[message]") {
  MessageReader empty("\na=1\n");
  MessageReader full("a=1\n");

  CHECK_FALSE(empty.next());
  CHECK_FALSE(empty.any());
  CHECK(full.next());
  CHECK(full.any());
}

TEST_CASE("a reader stays at the end", "[message]") {
  MessageReader reader("a=1\n\nb=2\n");

  CHECK(reader.next());
  CHECK_FALSE(reader.next());
  CHECK_FALSE(reader.next());
}

TEST_CASE("a line longer than the limit is rejected", "[message]") {
  const std::string longest = "a=" + std::string(max_line_size - 2, 'x');

  CHECK(read(longest + "\n").size() == 1);
  CHECK(read(longest + "\r\n").size() == 1);
  CHECK_THROWS_AS(read(longest + "x\n"), ProtocolError);
  CHECK_THROWS_AS(read(longest + "x"), ProtocolError);
}

TEST_CASE("a message with more lines than the limit is rejected", "[message]") {
  const std::string most = repeat("x=y\n", max_lines);

  CHECK(read(most).size() == max_lines);
  CHECK_THROWS_AS(read(most + "x=y\n"), ProtocolError);
  CHECK_THROWS_AS(read(most + "x=y"), ProtocolError);
}

TEST_CASE("a scanner finds the first empty line", "[message]") {
  struct Row {
    const char* name;
    std::string text;
    std::optional<std::size_t> whole;
  };
  const auto row = GENERATE(values<Row>({
      {"nothing yet", "", std::nullopt},
      {"a line without its end", "a=1", std::nullopt},
      {"a line", "a=1\n", std::nullopt},
      {"a line and the empty line", "a=1\n\n", 5},
      {"the empty line alone", "\n", 1},
      {"an empty line with CRLF", "a=1\r\n\r\n", 7},
      {"a CR that may be the beginning of CRLF", "a=1\n\r", std::nullopt},
      {"a CR that is data", "a=1\n\rb\n", std::nullopt},
      {"two CRs are no empty line", "a=1\n\r\r\n", std::nullopt},
      {"a line that ends with a CR is not empty", "a\r\n", std::nullopt},
  }));

  DYNAMIC_SECTION(row.name) { CHECK(whole_after(row.text, 1) == row.whole); }
}

TEST_CASE("a scanner finds the same end for any pieces", "[message]") {
  for (const std::string& text : all_texts(7)) {
    const auto by_bytes = whole_after(text, 1);
    for (std::size_t piece = 2; piece <= text.size(); ++piece)
      if (whole_after(text, piece).has_value() != by_bytes.has_value())
        FAIL("pieces of " << piece << " bytes of " << escape(text));
  }
  SUCCEED("all pieces of all texts");
}

TEST_CASE("bytes after a complete message do not change it", "[message]") {
  for (const std::string& text : all_texts(7)) {
    const auto whole = whole_after(text, 1);
    if (whole && read_or_reject(text) != read_or_reject(text.substr(0, *whole))) FAIL(escape(text));
  }
  SUCCEED("all texts");
}

TEST_CASE("a scanner rejects a line longer than the limit before it ends", "[message]") {
  MessageScanner scanner;

  CHECK_FALSE(scanner.scan("a=" + std::string(max_line_size - 2, 'x')));
  CHECK_THROWS_AS(scanner.scan("x"), ProtocolError);
}

TEST_CASE("a scanner rejects a message larger than the limit", "[message]") {
  const std::string line = "a=" + std::string(max_line_size - 3, 'x') + "\n";
  const std::size_t lines = max_message_size / line.size();
  MessageScanner scanner;
  for (std::size_t i = 0; i + 1 < lines; ++i)
    REQUIRE_FALSE(scanner.scan(line));

  SECTION("exactly the bound is taken") { CHECK_FALSE(scanner.scan(line)); }
  SECTION("one byte more is not") {
    REQUIRE_FALSE(scanner.scan(line));
    CHECK_THROWS_AS(scanner.scan("x"), ProtocolError);
  }
  SECTION("a line end more is not") {
    CHECK_THROWS_AS(scanner.scan(std::string(line.begin(), line.end() - 1) + "x\n"), ProtocolError);
  }
}

TEST_CASE("a scanner rejects a message with more lines than the limit", "[message]") {
  MessageScanner scanner;

  CHECK_FALSE(scanner.scan(repeat("x=y\n", max_lines)));
  CHECK_THROWS_AS(scanner.scan("x=y\n"), ProtocolError);
}

}  // namespace sase::protocol
