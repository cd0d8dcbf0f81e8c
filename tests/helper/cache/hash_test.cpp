// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/encryption.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace sase::cache {

namespace {

constexpr std::string_view purpose = "sase-cred-tests1";

std::string hash_with_size(std::string_view text, std::size_t size) {
  std::array<unsigned char, 64> bytes{};
  hash(purpose, {text}, std::span(bytes).first(size));
  return to_hexadecimal(std::span(bytes).first(size));
}

/// The hash of three texts, which end at `first`, at `second` and at the end of `text`.
std::string hash_in_three(std::string_view text, std::size_t first, std::size_t second) {
  return hash_name(purpose, {text.substr(0, first), text.substr(first, second - first), text.substr(second)});
}

}  // namespace

// Computed with Python's hashlib.blake2b(digest_size=16, person=purpose), each text after its length as
// struct.pack("<Q", len(text)).
TEST_CASE("agrees with another implementation of BLAKE2b", "[hash]") {
  struct Row {
    const char* name;
    std::string actual, expected;
  };
  const std::string block(120, 'x');
  const std::string two_bytes(300, 'x');
  const std::string three_bytes(65'537, 'y');
  const auto row = GENERATE_COPY(values<Row>({
      {"no text", hash_name(purpose, {}), "4b336a275f459b6d1feb15e2704188c5"},
      {"an empty text", hash_name(purpose, {""}), "be3682809bd5116573d682206b33f97a"},
      {"two empty texts", hash_name(purpose, {"", ""}), "1fb684dfb3603e40b5bd63c9c35973f1"},
      {"one text", hash_name(purpose, {"abc"}), "9d0f3fcefd17a95820c89b4791cee3e3"},
      {"two texts", hash_name(purpose, {"abc", "def"}), "c0e3b7d3e99bf195ee9fe07d5896154b"},
      {"both in one", hash_name(purpose, {"abcdef"}), "6995bdb7e7fb0e702a6294482328e166"},
      {"a NUL", hash_name(purpose, {std::string_view("a\0b", 3)}), "d4da9937328259bb3a25a5cb7c89611f"},
      {"high bytes", hash_name(purpose, {"\xff\x80"}), "fe8d0d58b050d546ac39a23b3ec7b1b4"},
      {"a whole block", hash_name(purpose, {block}), "9c25a053f63057bdfcfcd8fed6a6011d"},
      {"a length of two bytes", hash_name(purpose, {two_bytes}), "c5e063378cc6e9000f60f7f759628059"},
      {"a length of three bytes", hash_name(purpose, {three_bytes}), "9d024a514b198ef0dc832d1aa024cf92"},
  }));

  DYNAMIC_SECTION(row.name) { CHECK(row.actual == row.expected); }
}

TEST_CASE("the purpose changes the hash", "[hash]") {
  CHECK(hash_name("sase-cred-tests2", {"abc"}) == "79388691aa39d9b52d4c4d73e416dd6f");
}

TEST_CASE("a hash has the size of its output", "[hash]") {
  CHECK(hash_with_size("abc", 32) == "eb33bc6cac9905fdd16257203af33f0834e319d4d12c01dd0f8a74756444fe38");
  CHECK(hash_with_size("abc", 64) ==
        "65611408125266590f22aa388a0264312773e83121b2d744bd35ac318020743b"
        "2d04da1099a22f6d8536f380532a76fb659825e4c84877e4f56156c0c94e07bd");
}

TEST_CASE("bytes moved from one text to the next change the hash", "[hash]") {
  std::set<std::string> all;
  const std::string text(6, '\0');
  for (std::size_t first = 0; first <= text.size(); ++first)
    for (std::size_t second = first; second <= text.size(); ++second)
      all.insert(hash_in_three(text, first, second));
  all.insert({hash_name(purpose, {}), hash_name(purpose, {text}), hash_name(purpose, {text, text})});

  CHECK(all.size() == 28 + 3);
}

TEST_CASE("a byte is two lower-case digits", "[hash]") {
  constexpr std::array<unsigned char, 4> bytes = {0x00, 0x0f, 0xa0, 0xff};

  CHECK(to_hexadecimal(bytes) == "000fa0ff");
  CHECK(to_hexadecimal({}).empty());
}

}  // namespace sase::cache
