// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
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

inline constexpr int standard_input = 0;
inline constexpr int standard_output = 1;

inline constexpr auto no_deadline = std::chrono::steady_clock::time_point::max();

/// Appends the bytes of one read. The result is valid until the next read, and empty at the end of the
/// stream. Throws std::system_error on a read error, with timed_out after the deadline.
[[nodiscard]] std::string_view read_some(int fd, protocol::Secret& bytes,
                                         std::chrono::steady_clock::time_point deadline = no_deadline);

/// Reads one message up to its empty line or the end of the stream. The result may include bytes behind the
/// empty line. Other bytes that are already available are read and discarded, so that the writer gets no
/// SIGPIPE. Throws protocol::ProtocolError past the limits of protocol/git/credential.hpp, std::system_error
/// on a read error, with timed_out after the deadline.
[[nodiscard]] protocol::Secret read_message(int fd,
                                            std::chrono::steady_clock::time_point deadline = no_deadline);

/// Reads to the end of the stream. Throws std::length_error past `limit` bytes, std::system_error on a read
/// error, with timed_out after the deadline.
[[nodiscard]] protocol::Secret read_all(int fd, std::size_t limit,
                                        std::chrono::steady_clock::time_point deadline = no_deadline);

/// Reads the beginning of a file with one system call. Returns the number of bytes, 0 if it cannot be read.
[[nodiscard]] std::size_t read_file(const char* path, std::span<char> buffer) noexcept;

/// Reads the beginning of a file with one system call. Returns the number of bytes. Throws std::system_error.
[[nodiscard]] std::size_t read_into(int fd, std::span<char> buffer, const char* what);

/// Reads and discards the input of at most a second and 64 MiB, so that a caller can finish writing, and
/// cannot block this process.
void discard_input(int fd) noexcept;

/// Whether the descriptor is or becomes writable within that time. A pipe then accepts 4,096 bytes.
[[nodiscard]] bool writable_within(int fd, std::chrono::milliseconds patience) noexcept;

/// Writes all bytes. Throws std::system_error with the text `what`.
void write_all(int fd, std::string_view bytes, const std::string& what = "writing failed");

}  // namespace sase::os
