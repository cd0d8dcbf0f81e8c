// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <system_error>
#include <utility>

namespace sase::os {

/// A file descriptor with one owner; closed by the destructor.
class Fd {
 public:
  Fd() noexcept = default;
  explicit Fd(int fd) noexcept : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd() { close(); }

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }
  void close() noexcept;

  /// Transfers the descriptor to the caller, who must close it.
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

/// Throws std::system_error for the current errno: "what: why".
[[noreturn]] void throw_errno(const std::string& what);

/// Why the latest system call of this thread failed. Call it directly after a function that returns nothing
/// on failure.
[[nodiscard]] std::error_code last_error() noexcept;
void clear_last_error() noexcept;

/// The file, or a directory on its path, does not exist.
[[nodiscard]] bool is_absence(const std::error_code& error) noexcept;

/// EDQUOT, for which std::errc has no name.
[[nodiscard]] bool is_quota_exceeded(const std::error_code& error) noexcept;

/// A second descriptor of the same open file. Throws std::system_error.
[[nodiscard]] Fd duplicate(int fd);

}  // namespace sase::os
