// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/encryption.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hexadecimal.hpp"

#include <optional>
#include <string>

namespace sase::cache {

namespace {

using std::chrono::seconds;

Identity identity() {
  return {"default", "https://api.perimeter81.com/api/v1/auth/authorize", "a-test-api-key"};
}

Expiry expiry() {
  return {.moment = {.wall = std::chrono::sys_seconds(seconds(1767323045)), .boot = seconds(123456)},
          .boot = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
}

CachedToken token(std::string_view text) {
  return {.token = protocol::BearerToken(protocol::Secret(text)), .expiry = expiry()};
}

std::optional<CachedToken> open(std::string_view bytes, const Identity& by = identity()) {
  const std::string_view head = bytes.substr(0, TokenCipher::head_size);
  return TokenCipher::decrypt(head, protocol::Secret(bytes.substr(head.size())), by);
}

}  // namespace

TEST_CASE("what was sealed opens again, whole", "[seal]") {
  for (const std::string& text : {std::string("t"), std::string("to.ken-_~+/=="), std::string(65536, 't')}) {
    const auto opened = open(TokenCipher::encrypt(token(text), identity()));

    REQUIRE(opened);
    CHECK(opened->token.reveal() == text);
    CHECK(opened->expiry.moment.wall == expiry().moment.wall);
    CHECK(opened->expiry.moment.boot == expiry().moment.boot);
    CHECK(opened->expiry.boot == expiry().boot);
  }
}

// Made with libsodium from Python: a new version must open what an old one has sealed.
TEST_CASE("what an earlier version sealed still opens", "[seal]") {
  const std::string bytes = tests::from_hexadecimal(
      "73617365746f6b310102030405060708090a0b0c0d0e0f1040e2010000000000a535576900000000"
      "00000000000000000000000000000000404142434445464748494a4b4c4d4e4f5051525354555657"
      "2c6ec072e1dfa72fc7bd400a1083e615d71aaf01e71ae270");

  const auto opened = open(bytes);

  REQUIRE(opened);
  CHECK(opened->token.reveal() == "to.ken==");
  CHECK(opened->expiry.moment.wall == expiry().moment.wall);
  CHECK(opened->expiry.moment.boot == expiry().moment.boot);
  CHECK(opened->expiry.boot == expiry().boot);
}

TEST_CASE("times before the epoch and far ahead are kept as they are", "[seal]") {
  for (const std::int64_t time : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{1} << 40U}) {
    CachedToken before = token("t");
    before.expiry.moment = {.wall = std::chrono::sys_seconds(seconds(time)), .boot = seconds(time)};

    const auto opened = open(TokenCipher::encrypt(before, identity()));

    REQUIRE(opened);
    CHECK(opened->expiry.moment.wall.time_since_epoch().count() == time);
    CHECK(opened->expiry.moment.boot.count() == time);
  }
}

TEST_CASE("sealed bytes tell nothing of the token but its length", "[seal]") {
  const std::string bytes = TokenCipher::encrypt(token("a-token-to-be-found"), identity());

  CHECK(bytes.size() == TokenCipher::head_size + 19 + TokenCipher::tag_size);
  CHECK(bytes.find("a-token") == std::string::npos);
  CHECK(bytes.find("found") == std::string::npos);
}

TEST_CASE("a token is never sealed twice in the same bytes", "[seal]") {
  const std::string one = TokenCipher::encrypt(token("to.ken=="), identity());
  const std::string other = TokenCipher::encrypt(token("to.ken=="), identity());

  CHECK(one.substr(TokenCipher::head_size) != other.substr(TokenCipher::head_size));
}

TEST_CASE("bytes of which any one bit was flipped do not open", "[seal]") {
  const std::string bytes = TokenCipher::encrypt(token("to.ken=="), identity());
  REQUIRE(open(bytes));

  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(static_cast<unsigned char>(flipped[at]) ^ (1U << bit));
      INFO("bit " << bit << " of byte " << at);
      CHECK_FALSE(open(flipped));
    }
}

TEST_CASE("bytes that were cut anywhere do not open", "[seal]") {
  const std::string bytes = TokenCipher::encrypt(token("to.ken=="), identity());

  for (std::size_t size = 0; size < bytes.size(); ++size) {
    INFO(size << " bytes");
    CHECK_FALSE(open(std::string_view(bytes).substr(0, size)));
    CHECK_FALSE(open(std::string_view(bytes).substr(bytes.size() - size)));
  }
}

TEST_CASE("bytes with more behind them do not open", "[seal]") {
  const std::string bytes = TokenCipher::encrypt(token("to.ken=="), identity());

  for (const std::size_t more : {1U, 16U, 80U, 100'000U})
    CHECK_FALSE(open(bytes + std::string(more, '\0')));
  CHECK_FALSE(open(bytes + bytes));
}

TEST_CASE("bytes sealed for another identity do not open", "[seal]") {
  const Identity mine("default", "https://a.test", "key");
  const Identity other_profile("work", "https://a.test", "key");
  const Identity other_url("default", "https://b.test", "key");
  const Identity other_key("default", "https://a.test", "kez");
  const std::string bytes = TokenCipher::encrypt(token("to.ken=="), mine);

  REQUIRE(open(bytes, mine));
  CHECK_FALSE(open(bytes, other_profile));
  CHECK_FALSE(open(bytes, other_url));
  CHECK_FALSE(open(bytes, other_key));
}

TEST_CASE("the head of one token and the rest of another do not open", "[seal]") {
  CachedToken later = token("to.ken==");
  later.expiry.moment.wall += std::chrono::hours(1);
  const std::string one = TokenCipher::encrypt(token("to.ken=="), identity());
  const std::string other = TokenCipher::encrypt(later, identity());

  CHECK_FALSE(open(other.substr(0, TokenCipher::head_size) + one.substr(TokenCipher::head_size)));
  // Later times, the nonce of the rest: what someone would do who wants a dead token to live on.
  constexpr std::size_t nonce_size = 24;
  CHECK_FALSE(open(other.substr(0, TokenCipher::head_size - nonce_size) +
                   one.substr(TokenCipher::head_size - nonce_size)));
}

TEST_CASE("a head that is none does not open, nor does one alone", "[seal]") {
  const std::string bytes = TokenCipher::encrypt(token("t"), identity());
  const std::string head = bytes.substr(0, TokenCipher::head_size);

  CHECK_FALSE(TokenCipher::decrypt({}, protocol::Secret(), identity()));
  CHECK_FALSE(TokenCipher::decrypt(head, protocol::Secret(), identity()));
  CHECK_FALSE(
      TokenCipher::decrypt(head, protocol::Secret(std::string(TokenCipher::tag_size, '\0')), identity()));
  CHECK_FALSE(
      TokenCipher::decrypt(head + "x", protocol::Secret(bytes.substr(TokenCipher::head_size)), identity()));
}

TEST_CASE("the largest sealed token has the largest size", "[seal]") {
  CHECK(TokenCipher::encrypt(token(std::string(protocol::BearerToken::max_size, 't')), identity()).size() ==
        TokenCipher::max_size);
}

}  // namespace sase::cache
