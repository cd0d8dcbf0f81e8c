// SPDX-License-Identifier: Apache-2.0
#include "tests/support/temporary_directory.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace sase::tests {

namespace {

std::string usual_parent() {
  const char* const parent = std::getenv("TMPDIR");
  return parent != nullptr && *parent == '/' ? parent : "/tmp";
}

void change_mode(const std::string& path, mode_t mode) {
  if (::chmod(path.c_str(), mode) != 0) throw std::system_error(errno, std::generic_category(), path);
}

bool is_in_memory(const std::string& path) {
  struct statfs system {};
  return ::statfs(path.c_str(), &system) == 0 && system.f_type == TMPFS_MAGIC;
}

void create_private_directories(const std::filesystem::path& path) {
  if (path.empty() || std::filesystem::exists(path)) return;
  create_private_directories(path.parent_path());
  std::filesystem::create_directory(path);
  change_mode(path.string(), 0700);
}

std::optional<std::string> usable_parent(bool in_memory) {
  for (const std::string& candidate : {usual_parent(), std::string("/var/tmp"), std::string("/dev/shm")})
    if (is_in_memory(candidate) == in_memory && ::access(candidate.c_str(), W_OK | X_OK) == 0)
      return candidate;
  return std::nullopt;
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() : TemporaryDirectory(usual_parent()) {}

TemporaryDirectory::TemporaryDirectory(const std::string& parent) : path_(parent + "/sase-test-XXXXXX") {
  if (::mkdtemp(path_.data()) == nullptr) throw std::system_error(errno, std::generic_category(), path_);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryDirectory::write(std::string_view name, std::string_view text, mode_t mode) const {
  std::string file = path(name);
  create_private_directories(std::filesystem::path(file).parent_path());
  std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
  change_mode(file, mode);
  return file;
}

std::string TemporaryDirectory::make_directory(std::string_view name, mode_t mode) const {
  std::string directory = path(name);
  create_private_directories(directory);
  change_mode(directory, mode);
  return directory;
}

std::optional<std::string> parent_on_disk() { return usable_parent(false); }

std::optional<std::string> parent_in_memory() { return usable_parent(true); }

std::string text_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

mode_t read_mode(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) throw std::system_error(errno, std::generic_category(), path);
  return status.st_mode & 07777U;
}

bool exists(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

bool give_away(const std::string& path) {
  return ::geteuid() == 0 && ::lchown(path.c_str(), another_user, another_user) == 0;
}

}  // namespace sase::tests
