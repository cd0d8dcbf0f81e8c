// SPDX-License-Identifier: Apache-2.0
#include "helper/os/fd.hpp"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace sase::os {

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this == &other) return *this;
  close();
  fd_ = std::exchange(other.fd_, -1);
  return *this;
}

void Fd::close() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void throw_errno(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::error_code last_error() noexcept {
  return {errno, std::generic_category()};
}

void clear_last_error() noexcept {
  errno = 0;
}

bool is_absence(const std::error_code& error) noexcept {
  return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
}

bool is_quota_exceeded(const std::error_code& error) noexcept {
  return error.value() == EDQUOT;
}

Fd duplicate(int fd) {
  Fd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy) throw_errno("cannot duplicate a descriptor");
  return copy;
}

}  // namespace sase::os
