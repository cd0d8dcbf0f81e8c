// SPDX-License-Identifier: Apache-2.0
#include "helper/config/state_directory.hpp"

#include "helper/os/files/file_system.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace sase::config {

namespace {

constexpr const char* own_name = "/sase-credential";

/// After su and in containers the variable may lead to no directory, or to somebody else's.
bool is_runtime_directory(const std::string& path) noexcept {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return false;
  return S_ISDIR(status.st_mode) && status.st_uid == ::geteuid() &&
         (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

std::optional<std::string> absolute(const Environment& environment, std::string_view variable) {
  const auto path = environment.find(variable);
  return path && path->starts_with('/') ? std::optional<std::string>(*path) : std::nullopt;
}

std::optional<std::string> runtime_directory(const Environment& environment) {
  auto base = absolute(environment, "XDG_RUNTIME_DIR");
  if (base && !is_runtime_directory(*base)) base.reset();
  return base;
}

}  // namespace

std::optional<std::string> state_directory(const Environment& environment) {
  if (const auto base = runtime_directory(environment)) return *base + own_name;
  if (const auto base = absolute(environment, "XDG_CACHE_HOME")) return *base + own_name;
  if (const auto home = absolute(environment, "HOME")) return *home + "/.cache" + own_name;
  return std::nullopt;
}

std::optional<std::string> memory_directory(const Environment& environment) {
  const auto base = runtime_directory(environment);
  return base && os::is_in_memory(*base) ? std::optional(*base + own_name) : std::nullopt;
}

}  // namespace sase::config
