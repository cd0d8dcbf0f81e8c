// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace sase::os {

/// A file descriptor with one owner; closed by the destructor.
class Fd {
 public:
  Fd() noexcept = default;
  explicit Fd(int fd) noexcept : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) close();
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { close(); }

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }
  void close() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

  /// Transfers the descriptor to the caller, who must close it.
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

/// Throws std::system_error for the current errno: "what: why".
[[noreturn]] inline void throw_errno(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// Why the latest system call of this thread failed. Call it directly after a function that returns nothing
/// on failure.
[[nodiscard]] inline std::error_code last_error() noexcept { return {errno, std::generic_category()}; }

inline void clear_last_error() noexcept { errno = 0; }

/// The file, or a directory on its path, does not exist.
[[nodiscard]] inline bool is_absence(const std::error_code& error) noexcept {
  return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
}

/// EDQUOT, for which std::errc has no name.
[[nodiscard]] inline bool is_quota_exceeded(const std::error_code& error) noexcept {
  return error.value() == EDQUOT;
}

/// A second descriptor of the same open file. Throws std::system_error.
[[nodiscard]] inline Fd duplicate(int fd) {
  Fd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy) throw_errno("cannot duplicate a descriptor");
  return copy;
}

}  // namespace sase::os
