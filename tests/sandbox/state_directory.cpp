// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/state_directory.hpp"

#include <cerrno>
#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sase::sandbox {

namespace {

/// A file being written; closed with its scope.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path)
      : fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
    if (fd_ < 0)
      throw std::system_error(errno, std::generic_category(), "cannot write '" + path.string() + "'");
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() { ::close(fd_); }

  void write(std::string_view content) const {
    while (!content.empty()) {
      const ssize_t written = ::write(fd_, content.data(), content.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw std::system_error(errno, std::generic_category(), "cannot write a state file");
      content.remove_prefix(static_cast<std::size_t>(written));
    }
  }

 private:
  int fd_;
};

constexpr std::chrono::milliseconds patience{3000};
constexpr std::chrono::milliseconds between_tries{20};

bool lock_in_time(int fd) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(between_tries);
  }
  return true;
}

}  // namespace

StateDirectory::StateDirectory(const std::filesystem::path& path) : path_(std::filesystem::absolute(path)) {
  std::filesystem::create_directories(path_);
  std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
}

std::optional<std::string> StateDirectory::read(std::string_view name) const {
  std::ifstream stream(file(name), std::ios::binary);
  if (!stream) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

void StateDirectory::write(std::string_view name, std::string_view content) const {
  std::filesystem::path draft = file(name);
  draft += ".new";
  OutputFile(draft).write(content);
  std::filesystem::rename(draft, file(name));
}

void StateDirectory::remove(std::string_view name) const noexcept {
  std::error_code ignored;
  std::filesystem::remove(file(name), ignored);
}

DirectoryLock::DirectoryLock(const StateDirectory& directory)
    : fd_(::open(directory.file("lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "cannot lock the state directory");
  if (lock_in_time(fd_)) return;
  ::close(fd_);
  throw std::runtime_error("another sandbox uses '" + directory.path().string() + "'");
}

DirectoryLock::~DirectoryLock() { ::close(fd_); }

}  // namespace sase::sandbox
