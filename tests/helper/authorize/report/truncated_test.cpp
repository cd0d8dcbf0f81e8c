// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/report/truncated.hpp"

#include "tests/support/catch.hpp"

namespace sase::authorize {

TEST_CASE("words that the front takes stay as they are", "[bounded_words]") {
  CHECK(truncated("", 8).empty());
  CHECK(truncated("12345678", 8) == "12345678");
}

TEST_CASE("longer words are cut and say so", "[bounded_words]") {
  CHECK(truncated("123456789", 8) == "12345...");
  CHECK(truncated("123456789", 3) == "...");
}

TEST_CASE("words with other bytes are escaped, then cut", "[bounded_words]") {
  CHECK(truncated("a\nb", 80).find('\n') == std::string::npos);
  CHECK(truncated(std::string(8, '\x1b'), 8).size() == 8);
}

}  // namespace sase::authorize
