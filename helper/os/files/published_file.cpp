// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/published_file.hpp"

#include "helper/os/fd.hpp"
#include "helper/os/files/file_system.hpp"
#include "helper/os/files/trusted_file.hpp"
#include "protocol/parsing.hpp"

#include <cerrno>
#include <cstdio>
#include <exception>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sase::os {

namespace {

/// These mean "do not change" to chown(2).
constexpr uid_t same_owner = static_cast<uid_t>(-1);
constexpr gid_t no_group = static_cast<gid_t>(-1);

/// A new file has the name of the file, this text and so many random letters.
constexpr std::string_view temporary_ending = ".new-";
constexpr std::size_t random_letters = 6;

bool has_name(const Fd& file) noexcept {
  struct stat status {};
  return ::fstat(file.get(), &status) != 0 || status.st_nlink != 0;
}

/// The directory of a path with its slash, or `./`.
std::string parent_directory(const std::string& path) {
  const auto slash = path.find_last_of('/');
  return slash == std::string::npos ? "./" : path.substr(0, slash + 1);
}

RejectedPath mounted_file(const std::string& path) {
  return RejectedPath("'" + path + "' is a mount: mount its directory instead");
}

/// Nothing can be renamed over a mount, such as a single file that a container mounts (rename(2), EBUSY).
/// Linux before 5.8 does not tell before the rename.
void must_not_be_mount(const std::string& path) {
  struct statx status {};
  const int result = ::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, 0, &status);
  if (result == 0 && (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0) throw mounted_file(path);
}

/// Makes a rename durable.
void sync_parent_directory(const std::string& path) noexcept {
  const Fd fd(::open(parent_directory(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd) (void)::fsync(fd.get());
}

/// In a sticky directory, only its owner and root can replace a file of another user.
bool may_replace(const struct stat& file, const std::string& directory) noexcept {
  struct stat status {};
  const uid_t us = ::geteuid();
  return us == 0 || file.st_uid == us || ::stat(directory.c_str(), &status) != 0 ||
         (status.st_mode & S_ISVTX) == 0 || status.st_uid == us;
}

/// Takes the path with its slash.
void check_directory(const std::string& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) {
    if (errno == ENOENT) throw RejectedPath("there is no directory '" + directory + "'; make it first");
    throw_errno("cannot look at '" + directory + "'");
  }
  if (!S_ISDIR(status.st_mode)) throw RejectedPath("'" + directory + "' is not a directory");
  check_directories(directory);
}

FileIdentity identify(const struct stat& status) {
  return std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino) + ':' +
         std::to_string(status.st_mtim.tv_sec) + '.' + std::to_string(status.st_mtim.tv_nsec);
}

/// Of the supplementary groups, which may not include the effective one (getgroups(2)), and the latter.
bool is_member(gid_t group) noexcept { return ::getegid() == group || ::group_member(group) != 0; }

/// The group of the file. A directory with the setgid bit gives new files its own group, which may be one
/// that this user is not in: such a group gets no access by accident.
std::optional<gid_t> choose_group(const AtomicFile& file, const FileAccess& access) noexcept {
  if (access.group || (access.mode & S_IRWXG) == 0) return access.group;
  struct stat status {};
  const bool is_own = ::fstat(file.fd(), &status) == 0 && is_member(status.st_gid);
  return is_own ? std::nullopt : std::optional(::getegid());
}

/// To be called before anything is written to the file.
void set_access(const AtomicFile& file, const FileAccess& access, const std::string& path) {
  const auto group = choose_group(file, access);
  if (group && ::fchown(file.fd(), same_owner, *group) != 0)
    throw_errno("cannot give '" + path + "' to the group " + std::to_string(*group));
  if (::fchmod(file.fd(), access.mode) != 0) throw_errno("cannot set the mode of '" + path + "'");
}

/// A writer holds the lock of its new file. A file without a lock is a leftover.
void remove_unless_locked(const std::string& path) noexcept {
  const Fd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  if (status.st_uid == ::geteuid() && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) ::unlink(path.c_str());
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)) {
  check_directories(parent_directory(path_));
  struct stat status {};
  if (::lstat(path_.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
    throw std::system_error(EISDIR, std::generic_category(), "cannot write '" + path_ + "'");
  must_not_be_mount(path_);
  do {
    temporary_ = path_ + std::string(temporary_ending) + std::string(random_letters, 'X');
    file_ = Fd(::mkostemp(temporary_.data(), O_CLOEXEC));
    if (!file_) throw_errno("cannot write '" + path_ + "'");
    // Until the file is locked, another process may remove it as a leftover.
  } while (::flock(file_.get(), LOCK_EX) == 0 && !has_name(file_));
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
  const std::string what = "cannot write '" + path_ + "'";
  write_all(file_.get(), bytes, what);
  if (::fsync(file_.get()) != 0) throw_errno(what);
}

void AtomicFile::commit() {
  const int result = ::rename(temporary_.c_str(), path_.c_str());
  if (result != 0 && errno == EBUSY) throw mounted_file(path_);
  if (result != 0) throw_errno("cannot replace '" + path_ + "'");
  temporary_.clear();
  sync_parent_directory(path_);
}

PublishedFile::PublishedFile(std::string path, FileAccess access) noexcept
    : path_(std::move(path)), access_(access) {}

void PublishedFile::check_place() const {
  if (path_.empty() || path_.ends_with('/')) throw RejectedPath("'" + path_ + "' names no file");
  check_directory(parent_directory(path_));
  struct stat status {};
  if (::lstat(path_.c_str(), &status) != 0) return;
  if (S_ISREG(status.st_mode)) {
    if (may_replace(status, parent_directory(path_))) return;
    throw RejectedPath("'" + path_ + "' belongs to another user; take another name");
  }
  if (S_ISDIR(status.st_mode)) throw RejectedPath("'" + path_ + "' is a directory; name a file in it");
  if (S_ISLNK(status.st_mode))
    throw RejectedPath("'" + path_ + "' is a link; name the file that it leads to");
  throw RejectedPath("'" + path_ + "' is not a regular file");
}

void PublishedFile::prepare() const {
  check_place();
  clear_leftovers();
  const AtomicFile trial(path_);
  set_access(trial, access_, path_);
}

FileIdentity PublishedFile::write(std::string_view bytes) const {
  check_place();
  AtomicFile file(path_);
  set_access(file, access_, path_);
  file.write(bytes);
  struct stat status {};
  if (::fstat(file.fd(), &status) != 0) throw_errno("cannot look at '" + path_ + "'");
  file.commit();
  return identify(status);
}

FileIdentity PublishedFile::identity() const {
  struct stat status {};
  return ::lstat(path_.c_str(), &status) == 0 ? identify(status) : FileIdentity();
}

bool PublishedFile::remove(const FileIdentity& written) const {
  return identity() == written && ::unlink(path_.c_str()) == 0;
}

void PublishedFile::clear_leftovers() const noexcept try {
  const std::string directory = parent_directory(path_);
  const std::string begin = path_.substr(path_.find_last_of('/') + 1) + std::string(temporary_ending);
  const std::size_t size = begin.size() + random_letters;
  for (const std::string& name : list_directory(directory))
    if (name.size() == size && name.starts_with(begin)) remove_unless_locked(directory + name);
} catch (const std::exception&) {
  return;  // leftovers contain no more than the file itself, and the next writer tries again
}

std::optional<gid_t> find_group(std::string_view name, const std::string& file) {
  if (const auto number = protocol::parse_number<gid_t>(name); number && *number != no_group) return number;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> entries(std::fopen(file.c_str(), "re"), std::fclose);
  // No other thread reads groups.
  while (const group* const entry =
             entries ? ::fgetgrent(entries.get()) : nullptr)  // NOLINT(concurrency-mt-unsafe)
    if (entry->gr_name == name && entry->gr_gid != no_group) return entry->gr_gid;
  return std::nullopt;
}

bool may_give_to(gid_t group) noexcept { return ::geteuid() == 0 || is_member(group); }

}  // namespace sase::os
