// SPDX-License-Identifier: Apache-2.0
#include "protocol/parsing.hpp"
#include "protocol/secret.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace sase::protocol {

namespace {

constexpr std::string_view b64token = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";

BearerToken token(std::string_view text) { return BearerToken(Secret(text)); }

}  // namespace

TEST_CASE("b64token text is a token", "[bearer_token]") {
  for (const std::string& text :
       {std::string("a"), std::string("a="), std::string("a=="), std::string("a========"),
        std::string(b64token), std::string("eyJhbGciOi.eyJzdWIi.c2ln-_")}) {
    INFO(text);
    CHECK(token(text).reveal() == text);
  }
}

TEST_CASE("a token consists of b64token bytes only", "[bearer_token]") {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (c == '=' || b64token.find(c) != std::string_view::npos) continue;
    INFO("byte " << byte);
    CHECK_THROWS_AS(token(std::string{c}), ProtocolError);
    CHECK_THROWS_AS(token(std::string{'a', c}), ProtocolError);
    CHECK_THROWS_AS(token(std::string{'a', c, 'b'}), ProtocolError);
    CHECK_THROWS_AS(token(std::string{'a', '=', c}), ProtocolError);
  }
}

TEST_CASE("padding is only at the end of a token", "[bearer_token]") {
  for (const char* const text : {"=", "==", "=a", "a=b", "a==b=", "a=b=="})
    CHECK_THROWS_AS(token(text), ProtocolError);
}

TEST_CASE("a token is not empty", "[bearer_token]") { CHECK_THROWS_AS(token(""), ProtocolError); }

TEST_CASE("a token longer than 64 KiB is rejected", "[bearer_token]") {
  CHECK(token(std::string(65536, 't')).reveal().size() == 65536);
  CHECK_THROWS_AS(token(std::string(65537, 't')), ProtocolError);
}

TEST_CASE("an error about a token contains no byte of it", "[bearer_token]") {
  try {
    (void)token("hunter2\nhunter2");
    FAIL_CHECK("it was taken");
  } catch (const ProtocolError& error) {
    CHECK(std::string(error.what()).find("hunter2") == std::string::npos);
  }
}

}  // namespace sase::protocol
