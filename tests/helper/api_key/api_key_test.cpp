// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"

#include "protocol/escape.hpp"
#include "protocol/protocol_error.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <utility>

namespace sase::api_key {

namespace {

using namespace std::string_literals;

ApiKey key(std::string_view text) {
  return ApiKey(protocol::Secret(text));
}

}  // namespace

TEST_CASE("an API key is one line of printable ASCII", "[api_key]") {
  for (const std::string text :
       {"k", "a key with blanks ", " !\"#$%&'()*+,-./~", "eyJ.x_y-z==", "key=value"}) {
    INFO(text);
    CHECK(key(text).reveal() == text);
  }
}

TEST_CASE("removes one line ending from a key", "[api_key]") {
  for (const std::string end : {"\n", "\r\n", "\r"})
    CHECK(key("the key" + end).reveal() == "the key");
}

TEST_CASE("rejects text that is not a key", "[api_key]") {
  for (const std::string& text :
       {""s, "\n"s, "\r\n"s, "a\nb"s, "a\n\n"s, "\na"s, "a\r\n\r\n"s, "a\r\r\n"s, "a\rb"s, "a\tb"s, "a\0"s,
        "a\0b"s, "a\x1b[2J"s, "a\x7f"s, "\xc3\xa4"s, "a\xff"s, "\xef\xbb\xbfkey"s, "first\nsecond\n"s}) {
    INFO(protocol::escape(text));
    CHECK_THROWS_AS(key(text), protocol::ProtocolError);
  }
}

TEST_CASE("a key has at most 16 KiB", "[api_key]") {
  const std::string longest(16384, 'k');

  CHECK(key(longest).reveal() == longest);
  CHECK(key(longest + "\r\n").reveal() == longest);
  CHECK_THROWS_AS(key(longest + "k"), protocol::ProtocolError);
}

TEST_CASE("an error about a key contains no byte of it", "[api_key]") {
  for (const std::string text : {"hunter2\nhunter2", "hunter2\x1b", "hunter2\xff"})
    try {
      (void)key(text);
      FAIL_CHECK("it was taken");
    } catch (const protocol::ProtocolError& error) {
      CHECK(std::string(error.what()).find("hunter2") == std::string::npos);
    }
}

}  // namespace sase::api_key
