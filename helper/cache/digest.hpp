// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace sase::cache {

/// A BLAKE2b hash of a list of texts. Each text is preceded by its length, so that no two lists have the same
/// input. The destructor erases the state, because API keys are hashed.
class Digest {
 public:
  static constexpr std::size_t name_size = 16;

  /// `purpose` has 16 bytes and separates this use of the hash from every other one (the personalization of
  /// BLAKE2). `size` is the size of the hash in bytes, at most 64.
  explicit Digest(std::string_view purpose, std::size_t size = name_size) noexcept;
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
  ~Digest();

  void add(std::string_view text) noexcept;

  /// Writes `size` bytes. Nothing can be added afterwards.
  void finish(std::span<unsigned char> output) noexcept;

  /// The first 16 bytes in hexadecimal digits, to name a file. Nothing can be added afterwards.
  [[nodiscard]] std::string hexadecimal();

 private:
  /// The state of libsodium, whose header is not needed here.
  alignas(64) std::array<unsigned char, 384> state_;
  std::size_t size_;
};

/// Two lower-case digits a byte.
[[nodiscard]] std::string to_hexadecimal(std::span<const unsigned char> bytes);

}  // namespace sase::cache
