// SPDX-License-Identifier: Apache-2.0
#include "tests/support/memory_file.hpp"

#include <array>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace sase::tests {

MemoryFile::MemoryFile(std::string_view text) : fd_(::memfd_create("test", MFD_CLOEXEC)) {
  if (!fd_) os::throw_errno("memfd_create");
  while (!text.empty()) {
    const ssize_t written = ::write(fd_.get(), text.data(), text.size());
    if (written < 0) os::throw_errno("write");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  ::lseek(fd_.get(), 0, SEEK_SET);
}

std::string MemoryFile::text() const {
  std::string all;
  std::array<char, 4096> piece{};
  while (true) {
    const ssize_t got = ::pread(fd_.get(), piece.data(), piece.size(), static_cast<off_t>(all.size()));
    if (got < 0) os::throw_errno("pread");
    if (got == 0) return all;
    all.append(piece.data(), static_cast<std::size_t>(got));
  }
}

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) os::throw_errno("pipe2");
  return {.reader = os::Fd(ends[0]), .writer = os::Fd(ends[1])};
}

}  // namespace sase::tests
