// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/file_system.hpp"

#include "helper/os/files/trusted_file.hpp"
#include "protocol/escape.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <tuple>

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

constexpr mode_t private_directory_mode = 0700;
constexpr mode_t private_file_mode = 0600;

/// Throws for a path that could not be opened. The system's messages for a link, and for a file instead of a
/// directory, do not name the cause.
[[noreturn]] void throw_not_opened(const std::string& path) {
  const int error = errno;
  struct stat status {};
  const bool is_there = ::lstat(path.c_str(), &status) == 0;
  const std::string remove = "rm -r " + protocol::shell_word(path);
  if (is_there && S_ISLNK(status.st_mode)) throw RejectedPath("'" + path + "' is a link; remove it", remove);
  if (is_there && error == ENOTDIR)
    throw RejectedPath("'" + path + "' is not a directory; remove it", remove);
  errno = error;
  throw_errno("cannot open '" + path + "'");
}

/// Throws unless `fd` is of this kind, belongs to this user and is closed to others.
void must_be_private(const Fd& fd, FileStatus::Kind kind, const std::string& path) {
  const auto status = read_status(fd);
  if (!status) throw_errno("cannot look at '" + path + "'");
  if (status->is(kind) && status->is_own() && !status->is_open_to_others()) return;
  const std::string word = protocol::shell_word(path);
  if (!status->is(kind))
    throw RejectedPath("'" + path + "' is not a " +
                           (kind == FileStatus::Kind::regular ? "file" : "directory") + "; remove it",
                       "rm -r " + word);
  if (!status->is_own())
    throw RejectedPath("'" + path + "' belongs to another user", "remove it: sudo rm -r " + word);
  throw RejectedPath("'" + path + "' is open to other users; chmod go-rwx it", "chmod go-rwx " + word);
}

/// As root (sudo -E), creates nothing in another user's directory: that user could not use or remove it.
void must_be_own(const std::string& directory) {
  const auto status = read_status(directory);
  if (effective_user() == 0 && status && !status->is_own())
    throw RejectedPath("'" + directory + "' belongs to another user");
}

/// Throws RejectedPath if another user could put another file or directory in the place of this one.
void check_parents(const std::string& path) { check_directories(path.substr(0, path.find_last_of('/') + 1)); }

/// Opens a file relative to a directory; `path` is for messages. A closed Fd if it does not exist.
Fd open_private_file(int directory, const std::string& name, int flags, const std::string& path) {
  // Without O_NONBLOCK, opening a FIFO would block.
  Fd fd(::openat(directory, name.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, private_file_mode));
  if (!fd && errno == ENOENT && (flags & O_CREAT) == 0) return fd;
  if (!fd) throw_not_opened(path);
  must_be_private(fd, FileStatus::Kind::regular, path);
  return fd;
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

std::optional<PrivateDirectory> PrivateDirectory::open(const std::string& path) {
  check_parents(path);
  Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd && errno == ENOENT) return std::nullopt;
  if (!fd) throw_not_opened(path);
  must_be_private(fd, FileStatus::Kind::directory, path);
  return PrivateDirectory(std::move(fd), path);
}

PrivateDirectory PrivateDirectory::create(const std::string& path) {
  check_parents(path);
  create_private_directories(path);
  auto directory = open(path);
  if (!directory) throw_errno("cannot open '" + path + "'");
  return std::move(*directory);
}

Fd PrivateDirectory::open_file(const std::string& name) const {
  return open_private_file(fd_.get(), name, O_RDONLY, path_ + '/' + name);
}

Fd PrivateDirectory::open_lock(const std::string& name) const {
  return open_private_file(fd_.get(), name, O_RDWR | O_CREAT, path_ + '/' + name);
}

bool PrivateDirectory::leads_to(const std::string& name, int fd) const noexcept {
  struct stat named {
  }, opened{};
  return ::fstatat(fd_.get(), name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 && ::fstat(fd, &opened) == 0 &&
         named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

void PrivateDirectory::rename_file(const std::string& from, const std::string& to) const {
  if (::renameat(fd_.get(), from.c_str(), fd_.get(), to.c_str()) != 0)
    throw_errno("cannot replace '" + path_ + '/' + to + "'");
}

void create_private_directories(const std::string& path) {
  if (read_status(path)) return;
  const auto slash = path.find_last_of('/');
  if (slash != std::string::npos && slash != 0) {
    create_private_directories(path.substr(0, slash));
    must_be_own(path.substr(0, slash));
  }
  if (::mkdir(path.c_str(), private_directory_mode) != 0 && errno != EEXIST)
    throw_errno("cannot make '" + path + "'");
}

Fd open_private_log(const std::string& path) {
  check_parents(path);
  return open_private_file(AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT, path);
}

void PrivateDirectory::replace_file(const std::string& name, std::string_view bytes) const {
  // Writers hold a lock, so the temporary name can be fixed: the next writer removes what a killed one left.
  const std::string fresh = name + ".new";
  remove_file(fresh);
  const Fd fd(::openat(fd_.get(), fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                       private_file_mode));
  const std::string what = "cannot write '" + path_ + '/' + fresh + "'";
  if (!fd) throw_errno(what);
  try {
    write_all(fd.get(), bytes, what);
    rename_file(fresh, name);
  } catch (...) {
    ::unlinkat(fd_.get(), fresh.c_str(), 0);
    throw;
  }
}

std::vector<std::string> PrivateDirectory::names() const { return list_directory(fd_, path_); }

std::vector<std::string> PrivateDirectory::names_by_age(std::string_view prefix) const {
  std::vector<std::tuple<time_t, long, std::string>> entries;
  for (std::string& name : list_directory(fd_, path_)) {
    struct stat status {};
    if (name.starts_with(prefix) && ::fstatat(fd_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0)
      entries.emplace_back(status.st_mtim.tv_sec, status.st_mtim.tv_nsec, std::move(name));
  }
  std::ranges::sort(entries);
  std::vector<std::string> names;
  names.reserve(entries.size());
  for (auto& [second, nanosecond, name] : entries)
    names.push_back(std::move(name));
  return names;
}

void PrivateDirectory::remove_file(const std::string& name) const {
  if (::unlinkat(fd_.get(), name.c_str(), 0) != 0 && errno != ENOENT)
    throw_errno("cannot remove '" + path_ + '/' + name + "'");
}

}  // namespace sase::os
