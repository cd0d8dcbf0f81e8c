// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/service/authorize_body.hpp"

#include <array>
#include <cstddef>

namespace sase::authorize {

namespace {

constexpr std::string_view before_key = R"({"grantType":"api_key","apiKey":")";
constexpr std::string_view after_key = R"("})";
constexpr std::string_view hex_digits = "0123456789abcdef";

/// Room for the escapes of a usual key, which needs none at all.
constexpr std::size_t room_for_escapes = 64;

/// RFC 8259 section 7: quotation mark, backslash and control characters are escaped, all else may stand.
void append_escaped(protocol::Secret& body, char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20) {
    const std::array<char, 2> digits = {hex_digits[byte >> 4U], hex_digits[byte & 0xfU]};
    body.append("\\u00");
    body.append({digits.data(), digits.size()});
    return;
  }
  if (c == '"' || c == '\\') body.append("\\");
  body.append({&c, 1});
}

}  // namespace

protocol::Secret write_authorize_body(std::string_view api_key) {
  // Written by hand and not by a JSON library, which would leave unwiped copies of the key behind.
  auto body = protocol::Secret::with_capacity(before_key.size() + api_key.size() + room_for_escapes);
  body.append(before_key);
  for (const char c : api_key)
    append_escaped(body, c);
  body.append(after_key);
  return body;
}

}  // namespace sase::authorize
