// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/file_system.hpp"

#include <linux/magic.h>
#include <sys/vfs.h>

namespace sase::os {

namespace {

bool is_memory(const struct statfs& system) noexcept {
  return system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC;
}

}  // namespace

bool is_in_memory(int fd) noexcept {
  struct statfs system {};
  return ::fstatfs(fd, &system) == 0 && is_memory(system);
}

bool is_in_memory(const std::string& path) noexcept {
  struct statfs system {};
  return ::statfs(path.c_str(), &system) == 0 && is_memory(system);
}

}  // namespace sase::os
