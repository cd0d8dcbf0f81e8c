// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>

namespace sase::os {

/// Reads one message, up to and including its empty line or to the end of the stream; what came along in the
/// last read may stand behind it. What stands behind the empty line and is there already is read and thrown
/// away, so that its writer does not meet a closed pipe. Throws protocol::ProtocolError past the bounds of
/// protocol/git/message.hpp, std::system_error when reading fails.
[[nodiscard]] protocol::Secret read_message(int fd);

/// Reads to the end of the stream. Throws std::length_error past `limit` bytes, std::system_error when
/// reading fails.
[[nodiscard]] protocol::Secret read_all(int fd, std::size_t limit);

/// Reads and throws away what comes within a second, at most 64 MiB: a caller that is still writing gets to
/// its end, and one that never ends cannot hold us.
void discard_input(int fd) noexcept;

/// Reads one message as read_message() does and keeps nothing of it, but not beyond the deadline. Throws
/// likewise.
void discard_message(int fd, std::chrono::steady_clock::time_point deadline);

/// Whether something can be written at once, or will be within that time. A pipe then takes 4,096 bytes.
[[nodiscard]] bool writable_within(int fd, std::chrono::milliseconds patience) noexcept;

/// Writes all of it. Throws std::system_error.
void write_all(int fd, std::string_view bytes);

}  // namespace sase::os
