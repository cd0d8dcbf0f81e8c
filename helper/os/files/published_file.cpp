// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/published_file.hpp"

#include "helper/os/files/atomic_file.hpp"
#include "helper/os/files/file_status.hpp"
#include "helper/os/files/rejected_path.hpp"
#include "helper/os/stream.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <exception>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sase::os {

namespace {

/// The directory of a path with its slash, or `./`.
std::string parent_directory(const std::string& path) {
  const auto slash = path.find_last_of('/');
  return slash == std::string::npos ? "./" : path.substr(0, slash + 1);
}

/// In a sticky directory, only its owner and root can replace a file of another user.
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
  // In a sticky directory such as /tmp, users cannot remove each other's files.
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (status.st_mode & S_ISVTX) == 0)
    throw RejectedPath("others can write the directory '" + directory +
                       "'; chmod go-w it, or make one of your own in it");
}

FileIdentity identify(const struct stat& status) {
  return std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino) + ':' +
         std::to_string(status.st_mtim.tv_sec) + '.' + std::to_string(status.st_mtim.tv_nsec);
}

/// To be called before anything is written to the file.
void set_access(const AtomicFile& file, const FileAccess& access, const std::string& path) {
  constexpr uid_t same = static_cast<uid_t>(-1);
  if (access.group && ::fchown(file.fd(), same, *access.group) != 0)
    throw_errno("cannot give '" + path + "' to the group " + std::to_string(*access.group));
  if (::fchmod(file.fd(), access.mode) != 0) throw_errno("cannot set the mode of '" + path + "'");
}

/// A writer holds the lock of its new file. A file without a lock is a leftover.
void remove_unless_locked(const std::string& path) noexcept {
  const Fd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  if (status.st_uid == ::geteuid() && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) ::unlink(path.c_str());
}

constexpr std::size_t max_group_file = std::size_t{4} << 20U;

/// The highest number means "no group" (chown(2)).
std::optional<gid_t> parse_number(std::string_view text) noexcept {
  gid_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == static_cast<gid_t>(-1))
    return std::nullopt;
  return number;
}

/// Removes and returns the text before the next divider; the divider is removed as well.
std::string_view take_until(std::string_view& text, char divider) noexcept {
  const auto end = text.find(divider);
  const std::string_view field = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return field;
}

}  // namespace

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

bool PublishedFile::is_there() const noexcept {
  struct stat status {};
  return ::lstat(path_.c_str(), &status) == 0;
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
  const std::string begin =
      path_.substr(path_.find_last_of('/') + 1) + std::string(AtomicFile::temporary_ending);
  const std::size_t size = begin.size() + AtomicFile::random_letters;
  for (const std::string& name : list_directory(directory))
    if (name.size() == size && name.starts_with(begin)) remove_unless_locked(directory + name);
} catch (const std::exception&) {
  return;  // leftovers contain no more than the file itself, and the next writer tries again
}

std::optional<gid_t> find_group(std::string_view name, const std::string& file) try {
  if (const auto number = parse_number(name)) return number;
  const Fd fd = open_for_reading(file);
  if (name.empty() || !fd) return std::nullopt;
  const protocol::Secret text = read_all(fd.get(), max_group_file);
  std::string_view rest = text.reveal();
  while (!rest.empty()) {
    std::string_view line = take_until(rest, '\n');
    if (take_until(line, ':') != name) continue;
    (void)take_until(line, ':');
    return parse_number(take_until(line, ':'));
  }
  return std::nullopt;
} catch (const std::exception&) {
  return std::nullopt;
}

bool may_give_to(gid_t group) noexcept try {
  if (::geteuid() == 0 || ::getegid() == group) return true;
  std::vector<gid_t> groups(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
  const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
  groups.resize(static_cast<std::size_t>(std::max(count, 0)));
  return std::ranges::find(groups, group) != groups.end();
} catch (const std::exception&) {
  return true;  // the system reports an error later
}

}  // namespace sase::os
