// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace sase::os {

inline constexpr int standard_input = 0;
inline constexpr int standard_output = 1;

inline constexpr auto no_deadline = std::chrono::steady_clock::time_point::max();

/// Appends the bytes of one read. The result is valid until the next read, and empty at the end of the
/// stream. Throws std::system_error on a read error, with timed_out after the deadline.
[[nodiscard]] std::string_view read_some(int fd, protocol::Secret& bytes,
                                         std::chrono::steady_clock::time_point deadline = no_deadline);

/// Reads one message up to its empty line or the end of the stream. The result may include bytes behind the
/// empty line. Other bytes that are already available are read and discarded, so that the writer gets no
/// SIGPIPE. Throws protocol::ProtocolError past the limits of protocol/git/message.hpp, std::system_error on
/// a read error, with timed_out after the deadline.
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
