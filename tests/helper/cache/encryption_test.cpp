// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/encryption.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hexadecimal.hpp"

#include <optional>
#include <set>
#include <string>

namespace sase::cache {

namespace {

using std::chrono::seconds;

Identity identity() {
  return {"default", "https://api.perimeter81.com/api/v1/auth/authorize", "a-test-api-key"};
}

Expiry expiry() {
  return {
      .moment = {.wall = std::chrono::sys_seconds(seconds(1767323045)), .boot = BootSeconds(seconds(123456))},
      .boot = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
}

Token token(std::string_view text) {
  return {.bearer = protocol::BearerToken(protocol::Secret(text)), .expiry = expiry()};
}

std::optional<Token> decrypt(std::string_view bytes, const Identity& by = identity()) {
  return TokenCipher::decrypt(bytes, by);
}

constexpr std::string_view url = "https://api.perimeter81.com/api/v1/auth/authorize";

std::string to_bytes(const Identity& identity) {
  return tests::to_hexadecimal({reinterpret_cast<const char*>(identity.bytes().data()), Identity::size});
}

std::string encryption_key(const Identity& identity) {
  return tests::to_hexadecimal(identity.encryption_key().reveal());
}

}  // namespace

// Computed with Python's hashlib.blake2b: a new version must find tokens that an old version stored.
TEST_CASE("an identity is the same in every version", "[encryption]") {
  const Identity identity("default", url, "a-test-api-key");

  CHECK(encryption_key(identity) == "68dd38e0515c611d8c077982b7ec1db9fb278bd64002642c2c884ed2fc7c0b8f");
  CHECK(to_bytes(identity) == "5fe9660aa76b309a1783b64c3b2d94a0ab03e51c7f601ebe2415f810c3eba523");
  CHECK(identity.file_stem() == "default@5fe9660aa76b309a1783b64c3b2d94a0");
}

TEST_CASE("equal parts give equal identities", "[encryption]") {
  const Identity one("default", url, "key");
  const Identity other("default", url, "key");

  CHECK(one.bytes() == other.bytes());
  CHECK(one.file_stem() == other.file_stem());
  CHECK(one.encryption_key().reveal() == other.encryption_key().reveal());
}

TEST_CASE("each part changes the identity", "[encryption]") {
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

TEST_CASE("bytes moved from one part to the next change the identity", "[encryption]") {
  std::set<std::string> all;
  const std::string text = "abcdef";
  for (std::size_t first = 0; first <= text.size(); ++first)
    for (std::size_t second = first; second <= text.size(); ++second)
      all.insert(
          to_bytes(Identity(text.substr(0, first), text.substr(first, second - first), text.substr(second))));

  CHECK(all.size() == 28);
}

TEST_CASE("the encryption key depends on the API key", "[encryption]") {
  CHECK(encryption_key(Identity("a", "u", "key")) != encryption_key(Identity("a", "u", "kez")));
  CHECK(encryption_key(Identity("a", "u", "key")).size() == 64);
}

TEST_CASE("name and bytes of an identity reveal neither key", "[encryption]") {
  const Identity identity("default", url, "a-test-api-key");
  const std::string seen = identity.file_stem() + to_bytes(identity);

  for (std::size_t at = 0; at + 8 <= 64; at += 8)
    CHECK(seen.find(encryption_key(identity).substr(at, 8)) == std::string::npos);
  CHECK(seen.find("a-test-api-key") == std::string::npos);
}

TEST_CASE("the file stem is a safe file name", "[encryption]") {
  const std::string profile(64, 'a');
  const Identity identity(profile, url, "key");

  CHECK(identity.file_stem().size() == 64 + 1 + 32);
  CHECK(identity.file_stem().find('/') == std::string::npos);
  CHECK(identity.file_stem().starts_with(profile + "@"));
}

TEST_CASE("decrypts what it encrypted", "[encryption]") {
  for (const std::string& text : {std::string("t"), std::string("to.ken-_~+/=="), std::string(65536, 't')}) {
    const auto decrypted = decrypt(TokenCipher::encrypt(token(text), identity()));

    REQUIRE(decrypted);
    CHECK(decrypted->bearer.reveal() == text);
    CHECK(decrypted->expiry.moment.wall == expiry().moment.wall);
    CHECK(decrypted->expiry.moment.boot == expiry().moment.boot);
    CHECK(decrypted->expiry.boot == expiry().boot);
  }
}

// Made with libsodium from Python: a new version must decrypt what an old version stored.
TEST_CASE("decrypts tokens of earlier versions", "[encryption]") {
  const std::string bytes = tests::from_hexadecimal(
      "73617365746f6b310102030405060708090a0b0c0d0e0f1040e2010000000000a535576900000000"
      "00000000000000000000000000000000404142434445464748494a4b4c4d4e4f5051525354555657"
      "2c6ec072e1dfa72fc7bd400a1083e615d71aaf01e71ae270");

  const auto decrypted = decrypt(bytes);

  REQUIRE(decrypted);
  CHECK(decrypted->bearer.reveal() == "to.ken==");
  CHECK(decrypted->expiry.moment.wall == expiry().moment.wall);
  CHECK(decrypted->expiry.moment.boot == expiry().moment.boot);
  CHECK(decrypted->expiry.boot == expiry().boot);
}

TEST_CASE("stores times before the epoch and in the far future unchanged", "[encryption]") {
  for (const std::int64_t time : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{1} << 40U}) {
    Token before = token("t");
    before.expiry.moment = {.wall = std::chrono::sys_seconds(seconds(time)),
                            .boot = BootSeconds(seconds(time))};

    const auto decrypted = decrypt(TokenCipher::encrypt(before, identity()));

    REQUIRE(decrypted);
    CHECK(decrypted->expiry.moment.wall.time_since_epoch().count() == time);
    CHECK(decrypted->expiry.moment.boot.time_since_epoch().count() == time);
  }
}

TEST_CASE("the encrypted bytes reveal only the length of the token", "[encryption]") {
  const std::string bytes = TokenCipher::encrypt(token("a-token-to-be-found"), identity());

  CHECK(bytes.size() == TokenCipher::head_size + 19 + TokenCipher::tag_size);
  CHECK(bytes.find("a-token") == std::string::npos);
  CHECK(bytes.find("found") == std::string::npos);
}

TEST_CASE("encrypting a token twice gives different bytes", "[encryption]") {
  const std::string one = TokenCipher::encrypt(token("to.ken=="), identity());
  const std::string other = TokenCipher::encrypt(token("to.ken=="), identity());

  CHECK(one.substr(TokenCipher::head_size) != other.substr(TokenCipher::head_size));
}

TEST_CASE("rejects bytes with any bit flipped", "[encryption]") {
  const std::string bytes = TokenCipher::encrypt(token("to.ken=="), identity());
  REQUIRE(decrypt(bytes));

  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(static_cast<unsigned char>(flipped[at]) ^ (1U << bit));
      INFO("bit " << bit << " of byte " << at);
      CHECK_FALSE(decrypt(flipped));
    }
}

TEST_CASE("rejects bytes truncated at any position", "[encryption]") {
  const std::string bytes = TokenCipher::encrypt(token("to.ken=="), identity());

  for (std::size_t size = 0; size < bytes.size(); ++size) {
    INFO(size << " bytes");
    CHECK_FALSE(decrypt(std::string_view(bytes).substr(0, size)));
    CHECK_FALSE(decrypt(std::string_view(bytes).substr(bytes.size() - size)));
  }
}

TEST_CASE("rejects bytes with an appendix", "[encryption]") {
  const std::string bytes = TokenCipher::encrypt(token("to.ken=="), identity());

  for (const std::size_t more : {1U, 16U, 80U, 100'000U})
    CHECK_FALSE(decrypt(bytes + std::string(more, '\0')));
  CHECK_FALSE(decrypt(bytes + bytes));
}

TEST_CASE("rejects bytes encrypted for another identity", "[encryption]") {
  const Identity mine("default", "https://a.test", "key");
  const Identity other_profile("work", "https://a.test", "key");
  const Identity other_url("default", "https://b.test", "key");
  const Identity other_key("default", "https://a.test", "kez");
  const std::string bytes = TokenCipher::encrypt(token("to.ken=="), mine);

  REQUIRE(decrypt(bytes, mine));
  CHECK_FALSE(decrypt(bytes, other_profile));
  CHECK_FALSE(decrypt(bytes, other_url));
  CHECK_FALSE(decrypt(bytes, other_key));
}

TEST_CASE("rejects the head of one token with the rest of another", "[encryption]") {
  Token later = token("to.ken==");
  later.expiry.moment.wall += std::chrono::hours(1);
  const std::string one = TokenCipher::encrypt(token("to.ken=="), identity());
  const std::string other = TokenCipher::encrypt(later, identity());

  CHECK_FALSE(decrypt(other.substr(0, TokenCipher::head_size) + one.substr(TokenCipher::head_size)));
  // A later expiry with the nonce of the rest: an attempt to extend the lifetime of a token.
  constexpr std::size_t nonce_size = 24;
  CHECK_FALSE(decrypt(other.substr(0, TokenCipher::head_size - nonce_size) +
                      one.substr(TokenCipher::head_size - nonce_size)));
}

TEST_CASE("rejects an invalid head and a head alone", "[encryption]") {
  const std::string bytes = TokenCipher::encrypt(token("t"), identity());
  const std::string head = bytes.substr(0, TokenCipher::head_size);

  CHECK_FALSE(decrypt(""));
  CHECK_FALSE(decrypt(head));
  CHECK_FALSE(decrypt(head + std::string(TokenCipher::tag_size, '\0')));
  CHECK_FALSE(decrypt(head + "x" + bytes.substr(head.size())));
}

TEST_CASE("max_size is the size of the longest token", "[encryption]") {
  CHECK(TokenCipher::encrypt(token(std::string(protocol::BearerToken::max_size, 't')), identity()).size() ==
        TokenCipher::max_size);
}

}  // namespace sase::cache
