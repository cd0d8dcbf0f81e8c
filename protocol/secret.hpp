// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>

namespace sase::protocol {

/// Bytes that must not reach a log, a copy, the swap space or a core file.
///
/// The bytes are in memory of their own: locked if the system allows it, excluded from core files, and
/// overwritten when freed, grown or shrunk. A secret can be moved but not copied, printed or compared. Throws
/// std::bad_alloc if there is no memory. Several threads may use different objects.
class Secret {
 public:
  Secret() noexcept = default;
  explicit Secret(std::string_view plain);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  /// An empty secret that can grow to `capacity` bytes without reallocation.
  [[nodiscard]] static Secret with_capacity(std::size_t capacity);

  /// The concatenation of `parts`, allocated once.
  [[nodiscard]] static Secret join(std::initializer_list<std::string_view> parts);

  /// Appends bytes. Invalidates views from reveal().
  void append(std::string_view plain);

  /// At least `size` writable bytes after the end; commit() makes the first of them part of the secret.
  /// Invalidates views from reveal().
  [[nodiscard]] std::span<char> spare_capacity(std::size_t size);
  void commit(std::size_t size) noexcept;

  /// Truncates the secret to its first `size` bytes and overwrites the rest.
  void shrink(std::size_t size) noexcept;

  /// The bytes. Review each call: this is the only access to them.
  [[nodiscard]] std::string_view reveal() const noexcept { return {data_, size_}; }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

 private:
  void reserve(std::size_t capacity);

  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// Locks the memory of all secrets, in a child of fork(2) again, which does not inherit the locks. False if
/// the system does not allow it (RLIMIT_MEMLOCK). Of a process that forks, only one thread may use secrets.
bool lock_secrets() noexcept;

/// Whether two secrets have the same bytes. The duration depends only on the lengths.
[[nodiscard]] bool equal_in_constant_time(std::string_view left, std::string_view right) noexcept;

/// An access token of RFC 6750 section 2.1, `b64token`. No byte of it can end a line, a header or a shell
/// word.
class BearerToken {
 public:
  /// Maximum size in bytes; gateways accept only smaller headers.
  static constexpr std::size_t max_size = 65536;

  /// Throws ProtocolError if the text is empty, too long or not b64token text.
  explicit BearerToken(Secret text);

  [[nodiscard]] std::string_view reveal() const noexcept { return text_.reveal(); }

 private:
  Secret text_;
};

}  // namespace sase::protocol
