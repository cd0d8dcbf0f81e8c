// SPDX-License-Identifier: Apache-2.0
#include "helper/os/fd.hpp"

#include "protocol/git/credential.hpp"
#include "protocol/parsing.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include <poll.h>

namespace sase::os {

namespace {

using protocol::Secret;
using std::chrono::steady_clock;

/// A request of git has about 100 bytes, or a few hundred with its `wwwauth[]` lines.
constexpr std::size_t initial_capacity = 1024;

constexpr std::size_t max_discarded = std::size_t{64} << 20U;
constexpr std::chrono::seconds max_discarding_time{1};

/// A negative time means without limit.
bool is_ready_within(int fd, short event, std::chrono::milliseconds patience) noexcept {
  pollfd waiting{.fd = fd, .events = event, .revents = 0};
  return ::poll(&waiting, 1, static_cast<int>(patience.count())) == 1 && (waiting.revents & POLLNVAL) == 0;
}

/// To wait where the host tool has set O_NONBLOCK on its streams.
constexpr std::chrono::milliseconds no_limit{-1};

std::chrono::milliseconds time_until(steady_clock::time_point deadline) noexcept {
  if (deadline == no_deadline) return no_limit;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
  return std::max(left, left.zero());
}

void discard(int fd, std::chrono::milliseconds patience) noexcept {
  std::array<char, 4096> scratch;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
  const auto end = steady_clock::now() + max_discarding_time;
  for (std::size_t total = 0; total < max_discarded && steady_clock::now() < end;) {
    if (!is_ready_within(fd, POLLIN, patience)) break;
    const ssize_t got = ::read(fd, scratch.data(), scratch.size());
    if (got <= 0) break;
    // The bytes may be part of a password.
    sodium_memzero(scratch.data(), static_cast<std::size_t>(got));
    total += static_cast<std::size_t>(got);
  }
}

}  // namespace

std::string_view read_some(int fd, Secret& bytes, steady_clock::time_point deadline) {
  const std::span<char> buffer = bytes.spare_capacity(initial_capacity);
  // A FIFO that no writer has opened yet looks like an empty file to read(2), but not to poll(2).
  for (bool must_wait = deadline != no_deadline;; must_wait = true) {
    if (must_wait && !is_ready_within(fd, POLLIN, time_until(deadline)))
      throw std::system_error(std::make_error_code(std::errc::timed_out), "reading failed");
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno != EAGAIN && errno != EINTR) throw_errno("reading failed");
    if (got < 0) continue;
    bytes.commit(static_cast<std::size_t>(got));
    return bytes.reveal().substr(bytes.size() - static_cast<std::size_t>(got));
  }
}

Secret read_message(int fd, steady_clock::time_point deadline) {
  Secret bytes;
  protocol::MessageScanner scanner;
  while (true) {
    const std::string_view arrived = read_some(fd, bytes, deadline);
    if (arrived.empty()) return bytes;
    if (!scanner.scan(arrived)) continue;
    discard(fd, std::chrono::milliseconds(0));
    return bytes;
  }
}

Secret read_all(int fd, std::size_t limit, steady_clock::time_point deadline) {
  Secret bytes;
  while (!read_some(fd, bytes, deadline).empty())
    if (bytes.size() > limit) throw std::length_error("more than " + std::to_string(limit) + " bytes");
  return bytes;
}

std::size_t read_file(const char* path, std::span<char> buffer) noexcept {
  const Fd file(::open(path, O_RDONLY | O_CLOEXEC));
  const ssize_t got = file ? ::read(file.get(), buffer.data(), buffer.size()) : 0;
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

std::size_t read_into(int fd, std::span<char> buffer, const char* what) {
  const ssize_t got = ::pread(fd, buffer.data(), buffer.size(), 0);
  if (got < 0) throw_errno(what);
  return static_cast<std::size_t>(got);
}

void discard_input(int fd) noexcept { discard(fd, std::chrono::milliseconds(100)); }

bool writable_within(int fd, std::chrono::milliseconds patience) noexcept {
  return is_ready_within(fd, POLLOUT, patience);
}

void write_all(int fd, std::string_view bytes, const std::string& what) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EAGAIN)
      (void)is_ready_within(fd, POLLOUT, no_limit);
    else if (written < 0 && errno != EINTR)
      throw_errno(what);
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace sase::os
