// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/trusted_file.hpp"

#include "helper/os/files/file_status.hpp"
#include "protocol/escape.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace sase::os {

namespace {

constexpr mode_t can_read = 04;
constexpr mode_t can_write = 02;

bool is_trusted(uid_t owner) noexcept {
  return owner == 0 || owner == ::geteuid();
}

/// What users other than the owner can do, if the members of the group `trusted` are not counted.
mode_t permissions_of_others(const struct stat& status, gid_t trusted) noexcept {
  const bool is_private_group = status.st_gid == ::geteuid() || status.st_gid == trusted;
  return (status.st_mode | (is_private_group ? 0U : status.st_mode >> 3U)) & 07U;
}

/// ConfigMaps of Kubernetes are writable by everyone according to their mode, on a read-only mount.
bool is_read_only(std::string_view directory) {
  struct statvfs system {};
  return ::statvfs(std::string(directory).c_str(), &system) == 0 && (system.f_flag & ST_RDONLY) != 0;
}

/// In a user namespace without root, root's directories appear to belong to the overflow user
/// (user_namespaces(7)).
bool is_root_outside(uid_t owner) noexcept {
  constexpr uid_t overflow = 65534;
  struct stat top {};
  return owner == overflow && ::stat("/", &top) == 0 && top.st_uid == overflow;
}

std::string format_mode(mode_t mode) {
  std::string text(4, '0');
  for (std::size_t i = text.size(); i-- > 0; mode >>= 3U)
    text[i] = static_cast<char>('0' + (mode & 07U));
  return text;
}

/// Such as `/tmp`, which other programs need as it is.
bool is_top_level(std::string_view directory) noexcept {
  return directory.find('/', 1) == std::string_view::npos;
}

/// The violations of the rule on one path.
class Violations {
 public:
  void check_file(std::string_view path, const struct stat& status, Sensitivity sensitivity, int fd) {
    const bool is_secret = sensitivity == Sensitivity::secret;
    if (!S_ISREG(status.st_mode) && !(is_secret && S_ISFIFO(status.st_mode)))
      return add(path, status, "is not a regular file");
    check_owner(path, status);
    const mode_t others = permissions_of_others(status, ::geteuid());
    if ((others & can_write) != 0)
      add(path, status, "can be written by other users", is_secret ? "chmod 600 " : "chmod go-w ");
    else if (is_secret && (others & can_read) != 0 && !(status.st_uid == 0 && is_in_memory(fd)))
      add(path, status, "can be read by other users", "chmod 600 ");
  }

  void check_directory(std::string_view path, const struct stat& status) {
    if (!is_root_outside(status.st_uid)) check_owner(path, status);
    // Images for platforms that assign an arbitrary uid give their directories to root's group, mode 0775.
    constexpr gid_t root = 0;
    if ((permissions_of_others(status, root) & can_write) != 0 && (status.st_mode & S_ISVTX) == 0 &&
        !is_read_only(path))
      add(path, status, "can be written by other users", is_top_level(path) ? "" : "chmod go-w ");
  }

  /// What is below the directory of another user is that user's as well.
  void check_owner(std::string_view path, const struct stat& status) {
    if (is_trusted(status.st_uid) || std::exchange(has_other_owner_, true)) return;
    add(path, status, "belongs to another user");
  }

  void throw_if_any(std::string_view path) const {
    if (text_.empty()) return;
    const std::string name = "'" + protocol::escape(path) + "'";
    const bool is_named = path.empty() || text_.find(name) != std::string::npos;
    throw RejectedPath(is_named ? text_ : name + ": " + text_,
                       has_remedy_ ? commands_ : std::string(use_own_file));
  }

 private:
  /// `command` is the beginning of the command that restores the rule, if this user can run it.
  void add(std::string_view path, const struct stat& status, std::string_view what,
           std::string_view command = {}) {
    const std::string subject = "'" + protocol::escape(path) + "' (owner " + std::to_string(status.st_uid) +
                                ", mode " + format_mode(status.st_mode & 07777U) + ") ";
    if (command.empty() || status.st_uid != ::geteuid()) has_remedy_ = false;
    // An absolute link leads through the same directories again.
    if (text_.find(subject) != std::string::npos) return;
    text_.append(text_.empty() ? "" : ", ").append(subject).append(what);
    commands_.append(commands_.empty() ? "" : " && ").append(command).append(protocol::shell_word(path));
  }

  std::string text_;
  std::string commands_;
  bool has_other_owner_ = false;
  bool has_remedy_ = true;
};

std::string make_absolute(const std::string& path) {
  if (path.starts_with('/')) return path;
  std::array<char, 4096> directory{};
  if (::getcwd(directory.data(), directory.size()) == nullptr)
    throw_errno("cannot find the current directory");
  return std::string(directory.data()) + '/' + path;
}

std::string read_link(const std::string& path) {
  std::array<char, 4096> target{};
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  if (size < 0) throw_errno("cannot read the link '" + path + "'");
  return {target.data(), static_cast<std::size_t>(size)};
}

/// Resolves a path component by component, as the kernel does. The caller opens the path afterwards: what it
/// leads to can then have been changed by this user and root only. False if it does not exist.
bool walk(std::string path, Violations& violations) {
  constexpr int most_links = 40;  // as in the kernel: path_resolution(7)
  int links = 0;
  for (std::size_t slash = 0; slash < path.size();) {
    const std::size_t end = std::min(path.find('/', slash + 1), path.size());
    if (end == slash + 1) {
      slash = end;
      continue;
    }
    // In place, because each cached answer walks several paths.
    const char next = std::exchange(path[end], '\0');
    struct stat status {};
    const bool exists = ::lstat(path.c_str(), &status) == 0;
    path[end] = next;
    const std::string_view part(path.data(), end);
    if (!exists && is_absence(last_error())) return false;
    if (!exists) throw_errno("cannot read '" + std::string(part) + "'");
    if (S_ISLNK(status.st_mode)) {
      violations.check_owner(part, status);
      if (++links > most_links)
        throw std::system_error(std::make_error_code(std::errc::too_many_symbolic_link_levels), path);
      const std::string target = read_link(std::string(part));
      path = (target.starts_with('/') ? target : path.substr(0, slash + 1) + target) + path.substr(end);
      if (target.starts_with('/')) slash = 0;
      continue;
    }
    if (S_ISDIR(status.st_mode)) violations.check_directory(part, status);
    slash = end;
  }
  return true;
}

}  // namespace

Fd open_trusted_file(const std::string& path, Sensitivity sensitivity) {
  struct stat status {};
  // Most calls look for files that do not exist.
  if (::stat(path.c_str(), &status) != 0 && is_absence(last_error())) return Fd();
  Violations violations;
  const bool is_inherited =
      path.starts_with("/dev/fd/") || path.starts_with("/proc/self/fd/") || path == "/dev/stdin";
  if (!is_inherited && !walk(make_absolute(path), violations)) return Fd();
  // Without O_NONBLOCK, opening a FIFO would block.
  Fd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file && is_absence(last_error())) return file;
  if (!file || ::fstat(file.get(), &status) != 0) throw_errno("cannot read '" + path + "'");
  violations.check_file(path, status, sensitivity, file.get());
  violations.throw_if_any(path);
  return file;
}

bool check_directories(const std::string& path) {
  Violations violations;
  const bool exists = walk(make_absolute(path), violations);
  violations.throw_if_any({});
  return exists;
}

}  // namespace sase::os
