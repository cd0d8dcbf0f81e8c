// SPDX-License-Identifier: Apache-2.0
#include "helper/os/stream.hpp"

#include "helper/os/fd.hpp"
#include "protocol/git/message.hpp"
#include "protocol/protocol_error.hpp"

#include <sodium.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <span>
#include <stdexcept>

#include <poll.h>
#include <unistd.h>

namespace sase::os {

namespace {

using protocol::Secret;
using std::chrono::steady_clock;

/// A request of git's is about 100 bytes long, with its headers a few hundred.
constexpr std::size_t first_room = 1024;

constexpr std::size_t most_discarded = std::size_t{64} << 20U;
constexpr std::chrono::seconds longest_discarding{1};

/// Hosts may hand us streams that do not block; we do.
void wait_for(int fd, short event) noexcept {
  pollfd waiting{.fd = fd, .events = event, .revents = 0};
  ::poll(&waiting, 1, -1);
}

std::size_t read_some(int fd, std::span<char> room) {
  while (true) {
    const ssize_t got = ::read(fd, room.data(), room.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno == EAGAIN)
      wait_for(fd, POLLIN);
    else if (errno != EINTR)
      throw_errno("reading failed");
  }
}

/// Appends what one read brings; the view of it is void at the next read. Empty at the end of the stream.
std::string_view read_into(int fd, Secret& bytes) {
  const std::size_t before = bytes.size();
  bytes.commit(read_some(fd, bytes.room(first_room)));
  return bytes.reveal().substr(before);
}

bool readable_within(int fd, std::chrono::milliseconds patience) noexcept {
  pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&waiting, 1, static_cast<int>(patience.count())) == 1 &&
         (waiting.revents & (POLLIN | POLLHUP)) != 0;
}

void discard(int fd, std::chrono::milliseconds patience) noexcept {
  std::array<char, 4096> scratch;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
  const auto end = steady_clock::now() + longest_discarding;
  for (std::size_t total = 0; total < most_discarded && steady_clock::now() < end;) {
    if (!readable_within(fd, patience)) break;
    const ssize_t got = ::read(fd, scratch.data(), scratch.size());
    if (got <= 0) break;
    // It may be the tail of somebody's password.
    sodium_memzero(scratch.data(), static_cast<std::size_t>(got));
    total += static_cast<std::size_t>(got);
  }
}

}  // namespace

Secret read_message(int fd) {
  Secret bytes = Secret::with_capacity(first_room);
  protocol::MessageScanner scanner;
  while (true) {
    const std::string_view arrived = read_into(fd, bytes);
    if (arrived.empty()) return bytes;
    if (!scanner.scan(arrived)) continue;
    discard(fd, std::chrono::milliseconds(0));
    return bytes;
  }
}

Secret read_all(int fd, std::size_t limit) {
  Secret bytes = Secret::with_capacity(first_room);
  while (!read_into(fd, bytes).empty())
    if (bytes.size() > limit) throw std::length_error("more than " + std::to_string(limit) + " bytes");
  return bytes;
}

void discard_input(int fd) noexcept {
  discard(fd, std::chrono::milliseconds(100));
}

void discard_message(int fd, std::chrono::steady_clock::time_point deadline) {
  Secret bytes;
  protocol::MessageScanner scanner;
  for (auto left = deadline - steady_clock::now(); left > left.zero();
       left = deadline - steady_clock::now()) {
    if (!readable_within(fd, std::chrono::ceil<std::chrono::milliseconds>(left))) return;
    bytes.shrink(0);
    const std::string_view arrived = read_into(fd, bytes);
    if (arrived.empty() || scanner.scan(arrived)) return discard(fd, std::chrono::milliseconds(0));
  }
}

bool writable_within(int fd, std::chrono::milliseconds patience) noexcept {
  pollfd waiting{.fd = fd, .events = POLLOUT, .revents = 0};
  return ::poll(&waiting, 1, static_cast<int>(patience.count())) == 1;
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EAGAIN)
      wait_for(fd, POLLOUT);
    else if (written < 0 && errno != EINTR)
      throw_errno("writing failed");
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace sase::os
