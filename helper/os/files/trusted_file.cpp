// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/trusted_file.hpp"

#include "helper/os/files/file_system.hpp"
#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace sase::os {

namespace {

constexpr mode_t can_read = 04, can_write = 02;

/// What users other than the owner can do, not counting the members of the group `trusted` and of this user's
/// private group, whose number is the uid.
mode_t permissions_of_others(const struct stat& status, gid_t trusted) noexcept {
  const bool is_private_group = status.st_gid == ::geteuid() || status.st_gid == trusted;
  return (status.st_mode | (is_private_group ? 0U : status.st_mode >> 3U)) & 07U;
}

struct statfs read_file_system(std::string_view path) {
  struct statfs system {};
  (void)::statfs(std::string(path).c_str(), &system);  // no properties if it fails
  return system;
}

/// ConfigMaps of Kubernetes are writable by everyone according to their mode, on a read-only mount.
bool is_read_only(std::string_view path) { return (read_file_system(path).f_flags & ST_RDONLY) != 0; }

/// Whether the mount may fix one mode for all files: drives of Windows, network, FAT and FUSE.
bool may_have_fixed_modes(std::string_view path) {
  constexpr std::array<unsigned, 7> types{V9FS_MAGIC,        CIFS_SUPER_MAGIC,  SMB2_SUPER_MAGIC,
                                          MSDOS_SUPER_MAGIC, EXFAT_SUPER_MAGIC, FUSE_SUPER_MAGIC,
                                          0x7366746e};  // of fs/ntfs3/super.c
  return std::ranges::find(types, static_cast<unsigned>(read_file_system(path).f_type)) != types.end();
}

/// The owner of the files of all users that have no number in this user namespace (user_namespaces(7)).
constexpr uid_t overflow = 65534;

/// Whether root is not mapped into this namespace, and no user of the namespace has the overflow number.
bool is_root_unmapped() {
  std::array<char, 2048> text{};
  const std::size_t size = read_file("/proc/self/uid_map", text);
  if (size == 0 || size == text.size()) return false;
  char* rest = text.data();
  const auto read_number = [&rest] { return std::strtoull(rest, &rest, 10); };
  // Each line is: the first number inside, the first number outside, the count of numbers.
  for (bool is_known = false;; is_known = true) {
    const auto inside = read_number();
    const auto outside = read_number();
    const auto count = read_number();
    if (count == 0) return is_known;
    if (outside == 0 || (inside <= overflow && overflow - inside < count)) return false;
  }
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

/// Whether usually only root creates this path. Homes and the directories of services do not count as root's:
/// in this namespace, their owners look the same as root.
bool is_system_path(std::string_view path) noexcept {
  constexpr std::array<std::string_view, 5> trees{"/etc/", "/nix/", "/opt/", "/usr/",
                                                  "/var/lib/ca-certificates/"};
  // Directories above those of single users, such as /run/user, and above the last tree.
  constexpr std::array<std::string_view, 7> parents{
      "/dev/shm", "/run/user", "/var/cache", "/var/home", "/var/lib", "/var/lib/ca-certificates", "/var/tmp"};
  return is_top_level(path) || std::ranges::find(parents, path) != parents.end() ||
         std::ranges::any_of(trees, [path](std::string_view tree) { return path.starts_with(tree); });
}

/// The path of a file that this process has inherited from its caller.
bool is_inherited(std::string_view path) noexcept {
  constexpr std::array<std::string_view, 3> directories{"/dev/fd/", "/proc/self/fd/",
                                                        "/proc/thread-self/fd/"};
  return path == "/dev/stdin" || std::ranges::any_of(directories, [path](std::string_view directory) {
           return path.starts_with(directory) && protocol::parse_number<int>(path.substr(directory.size()));
         });
}

/// The violations of the rule on one path.
class Violations {
 public:
  /// `real` is the path without links, `path` the one for messages.
  void check_file(std::string_view path, std::string_view real, const struct stat& status,
                  Sensitivity sensitivity, int fd) {
    const bool is_secret = sensitivity == Sensitivity::secret;
    const bool is_root = belongs_to_root(real, status);
    if (!S_ISREG(status.st_mode) && !(is_secret && S_ISFIFO(status.st_mode)))
      return add(path, status, is_root, "is not a regular file");
    const mode_t others = permissions_of_others(status, ::geteuid());
    // Root chose the group of its file: only the bits for others count.
    const mode_t readers = is_root ? status.st_mode : others;
    std::string_view problem;
    if ((others & can_write) != 0)
      problem = "can be written by other users";
    else if (is_secret && (readers & can_read) != 0 && !(is_root && is_in_memory(fd)))
      problem = "can be read by other users";
    add(path, status, is_root, problem, is_secret ? "chmod 600 " : "chmod go-w ");
  }

  void check_directory(std::string_view path, const struct stat& status) {
    const bool is_root = belongs_to_root(path, status);
    is_below_shared_ = is_below_shared_ || (status.st_mode & can_write) != 0;
    // Root chose the group of its own directory, such as `staff` of `/usr/local`. Images for platforms that
    // assign an arbitrary uid give directories to root's group, mode 0775.
    constexpr gid_t root = 0;
    const mode_t others = is_root ? status.st_mode : permissions_of_others(status, root);
    const bool is_open = (others & can_write) != 0 && (status.st_mode & S_ISVTX) == 0 && !is_read_only(path);
    add(path, status, is_root, is_open ? "can be written by other users" : "",
        is_top_level(path) ? "" : "chmod go-w ");
  }

  void check_link(std::string_view path, const struct stat& status) {
    add(path, status, belongs_to_root(path, status), "");
  }

  void start_at_top() noexcept { is_below_shared_ = false; }

  void throw_if_any(std::string_view path) const {
    if (text_.empty()) return;
    const std::string name = "'" + protocol::escape(path) + "'";
    const bool is_named = path.empty() || text_.find(name) != std::string::npos;
    throw RejectedPath(is_named ? text_ : name + ": " + text_,
                       (no_command_.empty() ? commands_ : std::string(no_command_)) + addition_);
  }

 private:
  /// In a user namespace without root, files of root and of other users have the same owner. There, a path
  /// counts as root's if only root can have created it: others can write no directory above it.
  [[nodiscard]] bool belongs_to_root(std::string_view path, const struct stat& status) const {
    if (status.st_uid != overflow) return status.st_uid == 0;
    return !is_below_shared_ && is_system_path(path) && is_root_unmapped();
  }

  /// A mode may come from the file system, so that chmod(1) does not help.
  void explain_mode(std::string_view path, const struct stat& status, bool is_own, bool is_root) {
    if ((is_own || is_root) && (status.st_mode & 0777U) == 0777 && may_have_fixed_modes(path))
      addition_ =
          "; if the mode stays, it comes from the mount: add umask=077 to its options (WSL: "
          "metadata,umask=077; CIFS: file_mode=0600,dir_mode=0700)";
    else if (is_root && !is_own && S_ISDIR(status.st_mode) && (status.st_mode & can_write) != 0)
      // An emptyDir on the disk of a Kubernetes node can be written by everyone; one in memory is sticky.
      addition_ = "; for an emptyDir, set 'medium: Memory'";
  }

  /// Adds what is wrong with a path: its owner, and a problem of its mode or none. `command` is the beginning
  /// of the command that solves the problem, if this user can run it.
  void add(std::string_view path, const struct stat& status, bool is_root, std::string_view problem,
           std::string_view command = {}) {
    const bool is_own = status.st_uid == ::geteuid();
    // Reported once: what is below another user's directory usually belongs to that user too.
    const bool is_foreign = !is_own && !is_root && !std::exchange(has_other_owner_, true);
    if (!is_foreign && problem.empty()) return;
    if (!is_own || command.empty() || is_read_only(path)) no_command_ = use_own_file;
    explain_mode(path, status, is_own, is_root);
    const std::string subject = "'" + protocol::escape(path) + "' (owner " + std::to_string(status.st_uid) +
                                ", mode " + format_mode(status.st_mode & 07777U) + ") ";
    // An absolute link leads through the same directories again.
    if (text_.find(subject) != std::string::npos) return;
    text_.append(text_.empty() ? "" : ", ").append(subject);
    text_.append(is_foreign ? "belongs to another user" : "");
    text_.append(is_foreign && !problem.empty() ? " and " : "").append(problem);
    commands_.append(commands_.empty() ? "" : " && ").append(command).append(protocol::shell_word(path));
  }

  std::string text_, commands_;
  bool has_other_owner_ = false;
  bool is_below_shared_ = false;  ///< others can write a directory above the current path
  std::string_view no_command_;   ///< the remedy, if no command is one
  const char* addition_ = "";     ///< to the remedy
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

/// What is at the first `end` bytes of a path, if it exists.
std::optional<struct stat> read_part(std::string& path, std::size_t end) {
  // In place, because each cached answer walks several paths.
  const char next = std::exchange(path[end], '\0');
  struct stat status {};
  const bool exists = ::lstat(path.c_str(), &status) == 0;
  path[end] = next;
  if (exists) return status;
  if (!is_absence(last_error())) throw_errno("cannot read '" + path.substr(0, end) + "'");
  return std::nullopt;
}

/// Replaces the link between `slash` and `end` by what it contains. Returns where the walk continues.
std::size_t follow_link(std::string& path, std::size_t slash, std::size_t end) {
  const std::string target = read_link(path.substr(0, end));
  if (target.starts_with('/')) {
    path.replace(0, end, target);
    return 0;
  }
  path.replace(slash + 1, end - slash - 1, target);
  return slash;
}

/// Removes an empty, `.` or `..` component between `slash` and `end`. The links before it are resolved, so
/// that removing text is enough for `..`. Returns where the walk continues.
std::size_t remove_dots(std::string& path, std::size_t slash, std::size_t end) {
  const bool is_parent = path.compare(slash + 1, end - slash - 1, "..") == 0;
  const std::size_t start = is_parent && slash > 0 ? path.rfind('/', slash - 1) : slash;
  path.erase(start, end - start);
  return start;
}

/// Resolves a path component by component, as the kernel does. The caller opens the path afterwards:
/// until then, only this user and root can change what it names. False if it does not exist. Leaves `path`
/// without links.
bool walk(std::string& path, Violations& violations) {
  constexpr int most_links = 40;  // as in the kernel: path_resolution(7)
  int links = 0;
  for (std::size_t slash = 0; slash < path.size();) {
    if (slash == 0) violations.start_at_top();
    const std::size_t end = std::min(path.find('/', slash + 1), path.size());
    const std::string_view part(path.data(), end);
    if (const auto name = part.substr(slash + 1); name.empty() || name == "." || name == "..") {
      slash = remove_dots(path, slash, end);
      continue;
    }
    const auto status = read_part(path, end);
    if (!status) return false;
    if (!S_ISLNK(status->st_mode)) {
      if (S_ISDIR(status->st_mode)) violations.check_directory(part, *status);
      slash = end;
      continue;
    }
    violations.check_link(part, *status);
    if (++links > most_links)
      throw std::system_error(std::make_error_code(std::errc::too_many_symbolic_link_levels), path);
    slash = follow_link(path, slash, end);
  }
  return true;
}

}  // namespace

Fd open_trusted_file(const std::string& path, Sensitivity sensitivity) {
  struct stat status {};
  // Most calls look for files that do not exist.
  if (::stat(path.c_str(), &status) != 0 && is_absence(last_error())) return Fd();
  Violations violations;
  std::string real = make_absolute(path);
  if (!is_inherited(path) && !walk(real, violations)) return Fd();
  // Without O_NONBLOCK, opening a FIFO would block.
  Fd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file && is_absence(last_error())) return file;
  if (!file || ::fstat(file.get(), &status) != 0) throw_errno("cannot read '" + path + "'");
  violations.check_file(path, real, status, sensitivity, file.get());
  violations.throw_if_any(path);
  return file;
}

bool check_directories(const std::string& path) {
  Violations violations;
  std::string real = make_absolute(path);
  const bool exists = walk(real, violations);
  violations.throw_if_any({});
  return exists;
}

}  // namespace sase::os
