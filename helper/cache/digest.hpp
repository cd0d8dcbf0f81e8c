// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace sase::cache {

/// A BLAKE2b hash of texts: no two lists of texts make the same input. Wiped when it goes, since keys pass
/// through it.
class Digest {
 public:
  static constexpr std::size_t name_size = 16;

  /// `purpose` keeps this use of the hash apart from every other one (BLAKE2's personalisation): 16 bytes.
  /// `size` is that of the hash in bytes, at most 64.
  explicit Digest(std::string_view purpose, std::size_t size = name_size) noexcept;
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
  ~Digest();

  void add(std::string_view text) noexcept;

  /// Writes `size` bytes. Nothing can be added afterwards.
  void finish(std::span<unsigned char> output) noexcept;

  /// The first 16 bytes of it in hexadecimal digits, to name a file. Likewise the end.
  [[nodiscard]] std::string hexadecimal();

 private:
  /// libsodium's own state lives in here, so that its header stays out of ours.
  alignas(64) std::array<unsigned char, 384> state_;
  std::size_t size_;
};

/// Two lower-case digits a byte.
void append_hexadecimal(std::string& text, std::span<const unsigned char> bytes);

}  // namespace sase::cache
