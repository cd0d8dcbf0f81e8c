// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/identity.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hexadecimal.hpp"

#include <set>
#include <string>

namespace sase::cache {

namespace {

constexpr std::string_view url = "https://api.perimeter81.com/api/v1/auth/authorize";

std::string bytes_of(const Identity& identity) {
  return tests::to_hexadecimal({reinterpret_cast<const char*>(identity.bytes().data()), Identity::size});
}

std::string sealing_key_of(const Identity& identity) {
  return tests::to_hexadecimal(identity.encryption_key().reveal());
}

}  // namespace

// Computed with Python's hashlib.blake2b: a new version must find what an old one has kept.
TEST_CASE("an identity is what it was in every version", "[identity]") {
  const Identity identity("default", url, "a-test-api-key");

  CHECK(sealing_key_of(identity) == "68dd38e0515c611d8c077982b7ec1db9fb278bd64002642c2c884ed2fc7c0b8f");
  CHECK(bytes_of(identity) == "5fe9660aa76b309a1783b64c3b2d94a0ab03e51c7f601ebe2415f810c3eba523");
  CHECK(identity.file_stem() == "default@5fe9660aa76b309a1783b64c3b2d94a0");
}

TEST_CASE("the same parts make the same identity", "[identity]") {
  const Identity one("default", url, "key");
  const Identity other("default", url, "key");

  CHECK(one.bytes() == other.bytes());
  CHECK(one.file_stem() == other.file_stem());
  CHECK(one.encryption_key().reveal() == other.encryption_key().reveal());
}

TEST_CASE("change any part and the identity is another one", "[identity]") {
  struct Row {
    const char* name;
    std::string profile, authorize_url, api_key;
  };
  const auto row = GENERATE(values<Row>({
      {"the profile", "work", "https://a.test/api/v1/auth/authorize", "key"},
      {"the host", "default", "https://b.test/api/v1/auth/authorize", "key"},
      {"the path", "default", "https://a.test/v3/auth/authorize", "key"},
      {"the key", "default", "https://a.test/api/v1/auth/authorize", "kez"},
      {"the key's length", "default", "https://a.test/api/v1/auth/authorize", "key "},
  }));
  const Identity before("default", "https://a.test/api/v1/auth/authorize", "key");

  DYNAMIC_SECTION(row.name) {
    const Identity after(row.profile, row.authorize_url, row.api_key);
    CHECK(after.bytes() != before.bytes());
    CHECK(after.file_stem() != before.file_stem());
    CHECK(after.file_stem().substr(after.file_stem().find('@')) !=
          before.file_stem().substr(before.file_stem().find('@')));
  }
}

TEST_CASE("bytes that move from one part to the next make another identity", "[identity]") {
  std::set<std::string> all;
  const std::string text = "abcdef";
  for (std::size_t first = 0; first <= text.size(); ++first)
    for (std::size_t second = first; second <= text.size(); ++second)
      all.insert(
          bytes_of(Identity(text.substr(0, first), text.substr(first, second - first), text.substr(second))));

  CHECK(all.size() == 28);
}

TEST_CASE("the key that seals depends on the API key", "[identity]") {
  CHECK(sealing_key_of(Identity("a", "u", "key")) != sealing_key_of(Identity("a", "u", "kez")));
  CHECK(sealing_key_of(Identity("a", "u", "key")).size() == 64);
}

TEST_CASE("nothing that can be seen of an identity tells its keys", "[identity]") {
  const Identity identity("default", url, "a-test-api-key");
  const std::string seen = identity.file_stem() + bytes_of(identity);

  for (std::size_t at = 0; at + 8 <= 64; at += 8)
    CHECK(seen.find(sealing_key_of(identity).substr(at, 8)) == std::string::npos);
  CHECK(seen.find("a-test-api-key") == std::string::npos);
}

TEST_CASE("a file's name is one safe name", "[identity]") {
  const std::string profile(64, 'a');
  const Identity identity(profile, url, "key");

  CHECK(identity.file_stem().size() == 64 + 1 + 32);
  CHECK(identity.file_stem().find('/') == std::string::npos);
  CHECK(identity.file_stem().starts_with(profile + "@"));
}

}  // namespace sase::cache
