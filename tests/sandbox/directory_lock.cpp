// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/directory_lock.hpp"

#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace sase::sandbox {

namespace {

constexpr std::chrono::milliseconds patience{3000};
constexpr std::chrono::milliseconds between_tries{20};

bool lock_in_time(int fd) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(between_tries);
  }
  return true;
}

}  // namespace

DirectoryLock::DirectoryLock(const StateDirectory& directory)
    : fd_(::open(directory.file("lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "cannot lock the state directory");
  if (lock_in_time(fd_)) return;
  ::close(fd_);
  throw std::runtime_error("another sandbox uses '" + directory.path().string() + "'");
}

DirectoryLock::~DirectoryLock() {
  ::close(fd_);
}

}  // namespace sase::sandbox
