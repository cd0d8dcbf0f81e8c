// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/report.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace sase::diagnose {

namespace {

std::string base64url(std::string_view text) {
  static constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string encoded;
  unsigned bits = 0;
  unsigned current = 0;
  for (const char c : text) {
    bits = bits << 8U | static_cast<unsigned char>(c);
    for (current += 8; current >= 6; current -= 6)
      encoded += digits[bits >> (current - 6) & 63U];
  }
  if (current > 0) encoded += digits[bits << (6 - current) & 63U];
  return encoded;
}

std::string token(std::string_view payload) { return "e30." + base64url(payload) + ".c2ln"; }

}  // namespace

TEST_CASE("reads the expiry of a JSON Web Token", "[key_claims]") {
  CHECK(find_expiry(token(R"({"exp":1800000000,"iss":"https://a.test","x":{}})")) ==
        std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000)));
  CHECK(find_expiry(token(R"({"exp":1800000000.75})")).has_value());
}

TEST_CASE("ignores an expiry that is absent, of another type or implausible", "[key_claims]") {
  for (const char* const payload : {"{}", R"({"exp":"1800000000"})", R"({"exp":-1})", R"({"exp":1e300})",
                                    R"({"exp":253402300800})", R"({"exp":null})"})
    CHECK_FALSE(find_expiry(token(payload)));
}

TEST_CASE("reads no expiry from any other key", "[key_claims]") {
  const std::string key = GENERATE(values<std::string>({
      "",
      "plain",
      "a.b",
      "a.b.c.d",
      "..",
      "a..c",
      token("[1]"),
      token("{"),
      token("12"),
      "a.!!!!.c",
      "a.e30=.c",
      "a.A.c",
      token(std::string(5000, '[')),
  }));
  CHECK_FALSE(find_expiry(key));
}

}  // namespace sase::diagnose
