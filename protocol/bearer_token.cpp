// SPDX-License-Identifier: Apache-2.0
#include "protocol/bearer_token.hpp"

#include "protocol/protocol_error.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sase::protocol {

namespace {

/// `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" )`, RFC 6750 section 2.1.
constexpr std::array<bool, 256> token_characters = [] {
  std::array<bool, 256> allowed{};
  for (const char c :
       std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"))
    allowed[static_cast<unsigned char>(c)] = true;
  return allowed;
}();

bool is_b64token(std::string_view text) noexcept {
  const auto unpadded = text.substr(0, text.find_last_not_of('=') + 1);
  // Unlike the algorithm of std::ranges, this one is unrolled: a token is long, and each cached answer checks
  // it.
  return !unpadded.empty() && std::all_of(unpadded.begin(), unpadded.end(), [](char c) {
    return token_characters[static_cast<unsigned char>(c)];
  });
}

}  // namespace

BearerToken::BearerToken(Secret text) : text_(std::move(text)) {
  if (text_.empty()) throw ProtocolError("the access token is empty");
  if (text_.size() > max_size) throw ProtocolError("the access token is longer than 64 KiB");
  if (!is_b64token(text_.reveal())) throw ProtocolError("the access token is not RFC 6750 b64token text");
}

}  // namespace sase::protocol
