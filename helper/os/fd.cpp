// SPDX-License-Identifier: Apache-2.0
#include "helper/os/fd.hpp"

#include <cerrno>
#include <system_error>

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

}  // namespace sase::os
