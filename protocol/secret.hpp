// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace sase::protocol {

/// Bytes that must not reach a log, a copy, the swap space or a core file.
///
/// Lives in libsodium's guarded memory: locked where the system allows it, left out of core files,
/// overwritten when it is freed, grown or shrunk. It can be moved but not copied, printed or compared. Throws
/// std::bad_alloc when there is no memory. Safe to use from several threads, each with its own objects.
class Secret {
 public:
  Secret() noexcept = default;
  explicit Secret(std::string_view plain);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  /// An empty secret that can take `capacity` bytes without moving.
  [[nodiscard]] static Secret with_capacity(std::size_t capacity);

  /// Adds bytes at the end. Views from reveal() are void afterwards.
  void append(std::string_view plain);

  /// Writable bytes behind the end, at least `size` of them; commit() makes the first ones part of the
  /// secret. Views from reveal() are void afterwards.
  [[nodiscard]] std::span<char> room(std::size_t size);
  void commit(std::size_t size) noexcept;

  /// Cuts the secret to its first `size` bytes and overwrites the rest.
  void shrink(std::size_t size) noexcept;

  /// The bytes themselves. Review every call of this word: it is the only way out.
  [[nodiscard]] std::string_view reveal() const noexcept { return {data_, size_}; }
  [[nodiscard]] std::span<char> reveal_mutable() noexcept { return {data_, size_}; }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

 private:
  void reserve(std::size_t capacity);
  void release() noexcept;

  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// Whether two secrets hold the same bytes; the time taken depends on the lengths only.
[[nodiscard]] bool equal_in_constant_time(std::string_view left, std::string_view right) noexcept;

}  // namespace sase::protocol
