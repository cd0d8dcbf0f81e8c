// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/published_file.hpp"

#include "helper/os/files/atomic_file.hpp"
#include "helper/os/files/rejected_path.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sase::os {

namespace {

/// With its slash, or `./`.
std::string directory_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  return slash == std::string::npos ? "./" : path.substr(0, slash + 1);
}

/// In a sticky directory only its owner, and root, can replace a file of somebody else.
bool may_replace(const struct stat& file, const std::string& directory) noexcept {
  struct stat status {};
  const uid_t us = ::geteuid();
  return us == 0 || file.st_uid == us || ::stat(directory.c_str(), &status) != 0 ||
         (status.st_mode & S_ISVTX) == 0 || status.st_uid == us;
}

void check_directory(const std::string& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) {
    if (errno == ENOENT) throw RejectedPath("there is no directory '" + directory + "'; make it first");
    throw_errno("cannot look at '" + directory + "'");
  }
  if (!S_ISDIR(status.st_mode)) throw RejectedPath("'" + directory + "' is not a directory");
  if (status.st_uid != ::geteuid() && status.st_uid != 0)
    throw RejectedPath("the directory '" + directory + "' belongs to another user; take one of your own");
  // In a sticky one, as /tmp, nobody can take away another's file.
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (status.st_mode & S_ISVTX) == 0)
    throw RejectedPath("others can write the directory '" + directory +
                       "'; chmod go-w it, or make one of your own in it");
}

FileMark mark_of(const struct stat& status) noexcept {
  return {.device = status.st_dev, .number = status.st_ino, .written = status.st_mtim};
}

/// Before anything is written to it.
void open_to(const AtomicFile& file, const FileAccess& access, const std::string& path) {
  constexpr uid_t same = static_cast<uid_t>(-1);
  if (access.group && ::fchown(file.fd(), same, *access.group) != 0)
    throw_errno("cannot give '" + path + "' to the group " + std::to_string(*access.group));
  if (::fchmod(file.fd(), access.mode) != 0) throw_errno("cannot set the mode of '" + path + "'");
}

/// Whoever writes a new file holds its lock meanwhile. One that is free has been left behind.
void remove_unless_locked(const std::string& path) noexcept {
  const Fd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  if (status.st_uid == ::geteuid() && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) ::unlink(path.c_str());
}

std::vector<std::string> names_in(const std::string& directory) {
  struct Close {
    void operator()(DIR* stream) const noexcept { ::closedir(stream); }
  };
  std::vector<std::string> names;
  const std::unique_ptr<DIR, Close> stream(::opendir(directory.c_str()));
  if (!stream) return names;
  // One thread, and a stream of its own: readdir is safe here.
  while (const dirent* const entry = ::readdir(stream.get()))  // NOLINT(concurrency-mt-unsafe)
    names.emplace_back(entry->d_name);
  return names;
}

}  // namespace

bool FileMark::operator==(const FileMark& other) const noexcept {
  return device == other.device && number == other.number && written.tv_sec == other.written.tv_sec &&
         written.tv_nsec == other.written.tv_nsec;
}

PublishedFile::PublishedFile(std::string path, FileAccess access) noexcept
    : path_(std::move(path)), access_(access) {}

void PublishedFile::check_place() const {
  if (path_.empty() || path_.ends_with('/')) throw RejectedPath("'" + path_ + "' names no file");
  check_directory(directory_of(path_));
  struct stat status {};
  if (::lstat(path_.c_str(), &status) != 0) return;
  if (S_ISREG(status.st_mode)) {
    if (may_replace(status, directory_of(path_))) return;
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
  open_to(trial, access_, path_);
}

FileMark PublishedFile::write(std::string_view bytes) const {
  check_place();
  AtomicFile file(path_);
  open_to(file, access_, path_);
  file.write(bytes);
  struct stat status {};
  if (::fstat(file.fd(), &status) != 0) throw_errno("cannot look at '" + path_ + "'");
  file.commit();
  return mark_of(status);
}

bool PublishedFile::is_there() const noexcept {
  struct stat status {};
  return ::lstat(path_.c_str(), &status) == 0;
}

bool PublishedFile::is(const FileMark& mark) const noexcept {
  struct stat status {};
  return ::lstat(path_.c_str(), &status) == 0 && mark_of(status) == mark;
}

bool PublishedFile::remove(const FileMark& mark) const noexcept {
  return is(mark) && ::unlink(path_.c_str()) == 0;
}

void PublishedFile::clear_leftovers() const noexcept try {
  const std::string directory = directory_of(path_);
  const std::string begin =
      path_.substr(path_.find_last_of('/') + 1) + std::string(AtomicFile::temporary_ending);
  const std::size_t size = begin.size() + AtomicFile::random_letters;
  for (const std::string& name : names_in(directory))
    if (name.size() == size && name.starts_with(begin)) remove_unless_locked(directory + name);
} catch (const std::exception&) {
  return;  // they hold nothing that the file itself does not, and the next writer tries again
}

bool may_give_to(gid_t group) noexcept try {
  if (::geteuid() == 0 || ::getegid() == group) return true;
  std::vector<gid_t> ours(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
  const int count = ::getgroups(static_cast<int>(ours.size()), ours.data());
  ours.resize(static_cast<std::size_t>(std::max(count, 0)));
  return std::ranges::find(ours, group) != ours.end();
} catch (const std::exception&) {
  return true;  // the system will say
}

}  // namespace sase::os
