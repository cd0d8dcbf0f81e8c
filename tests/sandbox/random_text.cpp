// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/random_text.hpp"

#include <openssl/rand.h>

#include <stdexcept>
#include <string_view>
#include <vector>

namespace sase::sandbox {

namespace {

constexpr std::string_view base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// {"alg":"HS256","typ":"JWT"}
constexpr std::string_view jose_header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

/// An HMAC-SHA256 in base64url.
constexpr std::size_t signature_size = 43;

std::string random_text(std::string_view alphabet, std::size_t size) {
  std::vector<unsigned char> bytes(size);
  if (RAND_bytes(bytes.data(), static_cast<int>(size)) != 1) throw std::runtime_error("no random bytes");
  std::string text;
  text.reserve(size);
  for (const unsigned char byte : bytes)
    text += alphabet[byte % alphabet.size()];
  return text;
}

}  // namespace

std::string random_base64url(std::size_t size) { return random_text(base64url, size); }

std::string random_letters(std::size_t size) { return random_text("abcdefghijklmnopqrstuvwxyz", size); }

std::string random_jwt(std::size_t size) {
  const std::size_t around_payload = jose_header.size() + signature_size + 2;
  if (size <= around_payload) return random_base64url(size);
  return std::string(jose_header) + "." + random_base64url(size - around_payload) + "." +
         random_base64url(signature_size);
}

}  // namespace sase::sandbox
