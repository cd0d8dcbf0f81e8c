// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/digest.hpp"

#include <sodium.h>

#include <cstdint>

namespace sase::cache {

namespace {

using State = crypto_generichash_blake2b_state;

State* state_in(std::array<unsigned char, sizeof(State)>& bytes) noexcept {
  return reinterpret_cast<State*>(bytes.data());
}

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

static_assert(alignof(State) <= 64);

Digest::Digest(std::string_view purpose, std::size_t size) noexcept : size_(size) {
  crypto_generichash_blake2b_init_salt_personal(state_in(state_), nullptr, 0, size, nullptr,
                                                bytes_of(purpose));
}

Digest::~Digest() {
  sodium_memzero(state_.data(), state_.size());
}

void Digest::add(std::string_view text) noexcept {
  const auto size = static_cast<std::uint64_t>(text.size());
  std::array<unsigned char, sizeof size> prefix{};
  for (std::size_t i = 0; i < prefix.size(); ++i)
    prefix[i] = static_cast<unsigned char>(size >> (8 * i));
  crypto_generichash_blake2b_update(state_in(state_), prefix.data(), prefix.size());
  crypto_generichash_blake2b_update(state_in(state_), bytes_of(text), text.size());
}

void Digest::finish(std::span<unsigned char> output) noexcept {
  crypto_generichash_blake2b_final(state_in(state_), output.data(), size_);
}

std::string Digest::hexadecimal() {
  std::array<unsigned char, crypto_generichash_blake2b_BYTES_MAX> hash{};
  finish(hash);
  std::string text;
  append_hexadecimal(text, std::span(hash).first(name_size));
  return text;
}

void append_hexadecimal(std::string& text, std::span<const unsigned char> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const unsigned char byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 0xfU];
  }
}

}  // namespace sase::cache
