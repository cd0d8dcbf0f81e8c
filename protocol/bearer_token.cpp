// SPDX-License-Identifier: Apache-2.0
#include "protocol/bearer_token.hpp"

#include "protocol/protocol_error.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace sase::protocol {

namespace {

/// `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" )`, RFC 6750 section 2.1.
constexpr std::array<unsigned char, 256> token_characters = [] {
  std::array<unsigned char, 256> allowed{};
  for (const char c :
       std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"))
    allowed[static_cast<unsigned char>(c)] = 1;
  return allowed;
}();

bool is_b64token(std::string_view text) noexcept {
  const auto padding = text.find_last_not_of('=');
  if (padding == std::string_view::npos) return false;
  const auto allowed = [text](std::size_t i) {
    return token_characters[static_cast<unsigned char>(text[i])];
  };
  const std::size_t size = padding + 1;
  std::size_t i = 0;
  // Four characters a round: a token is long, and each cached answer checks it.
  for (; i + 4 <= size; i += 4)
    if ((allowed(i) & allowed(i + 1) & allowed(i + 2) & allowed(i + 3)) == 0) return false;
  while (i < size && allowed(i) != 0)
    ++i;
  return i == size;
}

}  // namespace

BearerToken::BearerToken(Secret text) : text_(std::move(text)) {
  if (text_.empty()) throw ProtocolError("the access token is empty");
  if (text_.size() > max_size) throw ProtocolError("the access token is longer than 64 KiB");
  if (!is_b64token(text_.reveal())) throw ProtocolError("the access token is not RFC 6750 b64token text");
}

}  // namespace sase::protocol
