// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/notify_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

namespace sase::os {

namespace {

[[noreturn]] void fail(int reason) {
  errno = reason;
  throw_errno("cannot tell the service manager by NOTIFY_SOCKET");
}

}  // namespace

NotifySocket::NotifySocket(std::optional<std::string_view> address) {
  if (!address) return;
  sockaddr_un place{};
  place.sun_family = AF_UNIX;
  if (!address->starts_with('/') && !address->starts_with('@')) fail(EAFNOSUPPORT);
  if (address->size() < 2 || address->size() > sizeof place.sun_path - 1) fail(EINVAL);
  std::ranges::copy(*address, std::begin(place.sun_path));
  const bool is_abstract = address->front() == '@';
  if (is_abstract) place.sun_path[0] = '\0';
  // The size of the address delimits an abstract name; no null byte follows it.
  const std::size_t size = offsetof(sockaddr_un, sun_path) + address->size() + (is_abstract ? 0 : 1);
  Fd made(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!made) fail(errno);
  constexpr timeval patience{.tv_sec = 1, .tv_usec = 0};
  (void)::setsockopt(made.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (::connect(made.get(), reinterpret_cast<const sockaddr*>(&place), static_cast<socklen_t>(size)) != 0)
    fail(errno);
  socket_ = std::move(made);
}

bool NotifySocket::tell(std::string_view lines) const noexcept {
  return !socket_ || ::send(socket_.get(), lines.data(), lines.size(), MSG_NOSIGNAL) >= 0;
}

}  // namespace sase::os
