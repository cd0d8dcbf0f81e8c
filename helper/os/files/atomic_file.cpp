// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/atomic_file.hpp"

#include "helper/os/stream.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sase::os {

namespace {

/// Makes the rename durable.
void sync_directory(const std::string& path) noexcept {
  const auto slash = path.find_last_of('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd) (void)::fsync(fd.get());
}

bool has_name(const Fd& file) noexcept {
  struct stat status {};
  return ::fstat(file.get(), &status) != 0 || status.st_nlink != 0;
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)) {
  struct stat status {};
  if (::lstat(path_.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
    throw std::system_error(EISDIR, std::generic_category(), "cannot write '" + path_ + "'");
  // Until the file is locked, another process may have removed it as a leftover.
  do
    make();
  while (::flock(file_.get(), LOCK_EX) == 0 && !has_name(file_));
}

void AtomicFile::make() {
  temporary_ = path_ + std::string(temporary_ending) + std::string(random_letters, 'X');
  file_ = Fd(::mkostemp(temporary_.data(), O_CLOEXEC));
  if (file_) return;
  const int reason = errno;
  temporary_.clear();
  throw std::system_error(reason, std::generic_category(), "cannot write '" + path_ + "'");
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
  try {
    write_all(file_.get(), bytes);
  } catch (const std::system_error& error) {
    throw std::system_error(error.code(), "cannot write '" + path_ + "'");
  }
  if (::fsync(file_.get()) != 0) throw_errno("cannot write '" + path_ + "'");
}

void AtomicFile::commit() {
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) throw_errno("cannot replace '" + path_ + "'");
  temporary_.clear();
  sync_directory(path_);
}

}  // namespace sase::os
