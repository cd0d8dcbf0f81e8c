// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/file_status.hpp"

#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace sase::os {

namespace {

FileStatus::Kind kind_from(mode_t mode) noexcept {
  if (S_ISREG(mode)) return FileStatus::Kind::regular;
  return S_ISDIR(mode) ? FileStatus::Kind::directory : FileStatus::Kind::other;
}

/// `result` is that of the system call.
std::optional<FileStatus> convert(int result, const struct stat& status) noexcept {
  if (result != 0) return std::nullopt;
  return FileStatus{.kind = kind_from(status.st_mode),
                    .permissions = status.st_mode & 0777U,
                    .owner = status.st_uid,
                    .size = static_cast<std::uint64_t>(status.st_size),
                    .modified = std::chrono::sys_seconds(std::chrono::seconds(status.st_mtime))};
}

bool is_memory(const struct statfs& system) noexcept {
  return system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC;
}

}  // namespace

unsigned effective_user() noexcept { return ::geteuid(); }

bool FileStatus::is_own() const noexcept { return owner == ::geteuid(); }

std::optional<FileStatus> read_status(const Fd& file) noexcept {
  struct stat status {};
  return convert(::fstat(file.get(), &status), status);
}

std::optional<FileStatus> read_status(const std::string& path) noexcept {
  struct stat status {};
  return convert(::stat(path.c_str(), &status), status);
}

std::optional<FileStatus> read_link_status(const std::string& path) noexcept {
  struct stat status {};
  return convert(::lstat(path.c_str(), &status), status);
}

bool may_write_directory(const std::string& path) noexcept {
  return ::faccessat(AT_FDCWD, (path + "/.").c_str(), W_OK | X_OK, AT_EACCESS) == 0;
}

bool is_in_memory(int fd) noexcept {
  struct statfs system {};
  return ::fstatfs(fd, &system) == 0 && is_memory(system);
}

bool is_in_memory(const std::string& path) noexcept {
  struct statfs system {};
  return ::statfs(path.c_str(), &system) == 0 && is_memory(system);
}

std::error_code remove_file(const std::string& path) noexcept {
  return ::unlink(path.c_str()) == 0 ? std::error_code() : last_error();
}

std::vector<std::string> list_directory(const std::string& path) {
  const Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return directory ? list_directory(directory, path) : std::vector<std::string>();
}

std::vector<std::string> list_directory(const Fd& directory, const std::string& path) {
  struct Close {
    void operator()(DIR* stream) const noexcept { ::closedir(stream); }
  };
  // The stream takes over its descriptor, and the position in the directory with it.
  Fd own(::openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::unique_ptr<DIR, Close> stream(own ? ::fdopendir(own.get()) : nullptr);
  if (!stream) throw_errno("cannot read the directory '" + path + "'");
  (void)own.release();
  std::vector<std::string> names;
  // readdir is safe here: no other thread uses this stream.
  errno = 0;
  while (const dirent* const entry = ::readdir(stream.get()))  // NOLINT(concurrency-mt-unsafe)
    if (entry->d_name != std::string_view(".") && entry->d_name != std::string_view(".."))
      names.emplace_back(entry->d_name);
  if (errno != 0) throw_errno("cannot read the directory '" + path + "'");
  return names;
}

}  // namespace sase::os
