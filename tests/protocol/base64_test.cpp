// SPDX-License-Identifier: Apache-2.0
#include "protocol/base64.hpp"

#include "tests/support/catch.hpp"

#include <string>

namespace sase::protocol {

TEST_CASE("bytes of each length survive base64", "[base64]") {
  std::string bytes;
  for (int size = 0; size < 20; ++size) {
    CHECK(decode_base64(encode_base64(bytes)) == bytes);
    bytes += static_cast<char>(size * 37 % 256);
  }
  CHECK(encode_base64("any carnal pleas") == "YW55IGNhcm5hbCBwbGVhcw==");
}

TEST_CASE("a text that is not padded base64 is not decoded", "[base64]") {
  for (const char* text : {"Q", "QQ", "QQ=", "QQ===", "QQ== ", "Q Q==", "QQ-_", "QR==", "QQ==QQ=="}) {
    INFO(text);
    CHECK(decode_base64(text) == std::nullopt);
  }
}

}  // namespace sase::protocol
