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

const unsigned char* as_bytes(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

static_assert(alignof(State) <= 64);

Digest::Digest(std::string_view purpose, std::size_t size) noexcept : size_(size) {
  crypto_generichash_blake2b_init_salt_personal(state_in(state_), nullptr, 0, size, nullptr,
                                                as_bytes(purpose));
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
  crypto_generichash_blake2b_update(state_in(state_), as_bytes(text), text.size());
}

void Digest::finish(std::span<unsigned char> output) noexcept {
  crypto_generichash_blake2b_final(state_in(state_), output.data(), size_);
}

std::string Digest::hexadecimal() {
  std::array<unsigned char, crypto_generichash_blake2b_BYTES_MAX> hash{};
  finish(hash);
  return to_hexadecimal(std::span(hash).first(name_size));
}

std::string to_hexadecimal(std::span<const unsigned char> bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');  // sodium_bin2hex appends a NUL
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}

}  // namespace sase::cache
