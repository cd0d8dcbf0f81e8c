// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/digest.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hexadecimal.hpp"

#include <array>
#include <set>
#include <string>
#include <vector>

namespace sase::cache {

namespace {

constexpr std::string_view purpose = "sase-cred-tests1";

std::string digest(const std::vector<std::string>& texts, std::string_view for_purpose = purpose) {
  Digest hash(for_purpose);
  for (const std::string& text : texts)
    hash.add(text);
  return hash.hexadecimal();
}

/// A buffer larger than the hash, after the hash was written.
std::string all_bytes(std::string_view text, std::size_t size) {
  std::array<unsigned char, 80> hash{};
  Digest digest(purpose, size);
  digest.add(text);
  digest.finish(hash);
  return tests::to_hexadecimal({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

}  // namespace

// Computed with Python's hashlib.blake2b(digest_size=16, person=purpose), each text after its length as
// struct.pack("<Q", len(text)).
TEST_CASE("agrees with another implementation of BLAKE2b", "[digest]") {
  struct Row {
    const char* name;
    std::vector<std::string> texts;
    std::string expected;
  };
  const auto row = GENERATE(values<Row>({
      {"no text", {}, "4b336a275f459b6d1feb15e2704188c5"},
      {"an empty text", {""}, "be3682809bd5116573d682206b33f97a"},
      {"two empty texts", {"", ""}, "1fb684dfb3603e40b5bd63c9c35973f1"},
      {"one text", {"abc"}, "9d0f3fcefd17a95820c89b4791cee3e3"},
      {"two texts", {"abc", "def"}, "c0e3b7d3e99bf195ee9fe07d5896154b"},
      {"both in one", {"abcdef"}, "6995bdb7e7fb0e702a6294482328e166"},
      {"a NUL", {std::string("a\0b", 3)}, "d4da9937328259bb3a25a5cb7c89611f"},
      {"high bytes", {"\xff\x80"}, "fe8d0d58b050d546ac39a23b3ec7b1b4"},
      {"a whole block", {std::string(120, 'x')}, "9c25a053f63057bdfcfcd8fed6a6011d"},
      {"a length of two bytes", {std::string(300, 'x')}, "c5e063378cc6e9000f60f7f759628059"},
      {"a length of three bytes", {std::string(65'537, 'y')}, "9d024a514b198ef0dc832d1aa024cf92"},
  }));

  DYNAMIC_SECTION(row.name) {
    CHECK(digest(row.texts) == row.expected);
  }
}

TEST_CASE("the purpose changes the digest", "[digest]") {
  CHECK(digest({"abc"}, "sase-cred-tests2") == "79388691aa39d9b52d4c4d73e416dd6f");
}

TEST_CASE("writes exactly the requested size", "[digest]") {
  CHECK(all_bytes("abc", 32) ==
        "eb33bc6cac9905fdd16257203af33f0834e319d4d12c01dd0f8a74756444fe38" + std::string(96, '0'));
  CHECK(all_bytes("abc", 64) ==
        "65611408125266590f22aa388a0264312773e83121b2d744bd35ac318020743b"
        "2d04da1099a22f6d8536f380532a76fb659825e4c84877e4f56156c0c94e07bd" +
            std::string(32, '0'));
}

TEST_CASE("hexadecimal() formats the first 16 bytes", "[digest]") {
  Digest digest(purpose, 64);
  digest.add("abc");

  CHECK(digest.hexadecimal() == "65611408125266590f22aa388a026431");
}

TEST_CASE("bytes moved from one text to the next change the digest", "[digest]") {
  std::set<std::string> all;
  const std::string text(6, '\0');
  for (std::size_t first = 0; first <= text.size(); ++first)
    for (std::size_t second = first; second <= text.size(); ++second)
      all.insert(digest({text.substr(0, first), text.substr(first, second - first), text.substr(second)}));
  for (std::size_t count = 0; count < 3; ++count)
    all.insert(digest(std::vector<std::string>(count, text)));

  CHECK(all.size() == 28 + 3);
}

TEST_CASE("a byte is two lower-case digits", "[digest]") {
  constexpr std::array<unsigned char, 4> bytes = {0x00, 0x0f, 0xa0, 0xff};

  CHECK(to_hexadecimal(bytes) == "000fa0ff");
  CHECK(to_hexadecimal({}).empty());
}

}  // namespace sase::cache
