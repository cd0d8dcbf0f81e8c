// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_snapshot.hpp"

#include "helper/cache/digest.hpp"
#include "helper/config/profile_files.hpp"
#include "helper/config/profile_name.hpp"
#include "helper/os/fd.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

namespace sase::config {

namespace {

using std::chrono::system_clock;

constexpr std::string_view purpose = "sase-cred-profil";

system_clock::time_point time_of(const timespec& time) noexcept {
  return system_clock::time_point(std::chrono::duration_cast<system_clock::duration>(
      std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec)));
}

/// Whatever changes with a file's contents. Of the two times, the second cannot be set back by anybody.
void add(cache::Digest& digest, std::string_view name, const struct stat& status) {
  const std::array<std::int64_t, 7> numbers = {static_cast<std::int64_t>(status.st_dev),
                                               static_cast<std::int64_t>(status.st_ino),
                                               status.st_size,
                                               status.st_mtim.tv_sec,
                                               status.st_mtim.tv_nsec,
                                               status.st_ctim.tv_sec,
                                               status.st_ctim.tv_nsec};
  digest.add(name);
  digest.add({reinterpret_cast<const char*>(numbers.data()), sizeof numbers});
}

void add_directory(cache::Digest& digest, const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0)
    add(digest, path, status);
  else
    digest.add(path);
}

}  // namespace

std::string ProfileSnapshot::of_directories(std::span<const std::string> directories) {
  cache::Digest digest(purpose);
  for (const std::string& path : directories)
    add_directory(digest, path);
  return digest.hexadecimal();
}

ProfileSnapshot ProfileSnapshot::take(std::span<const std::string> directories) {
  ProfileSnapshot snapshot{.directories = of_directories(directories), .files = {}, .newest = {}};
  cache::Digest digest(purpose);
  for (const std::string& path : directories) {
    digest.add(path);
    const os::Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) continue;
    std::vector<std::string> names = profiles_in(path);
    std::ranges::sort(names);
    for (const std::string& name : names) {
      struct stat status {};
      if (::fstatat(directory.get(), (name + std::string(profile_extension)).c_str(), &status, 0) != 0)
        continue;
      add(digest, name, status);
      snapshot.newest = std::max(snapshot.newest, time_of(status.st_ctim));
    }
  }
  snapshot.files = digest.hexadecimal();
  return snapshot;
}

}  // namespace sase::config
