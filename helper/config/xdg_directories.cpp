// SPDX-License-Identifier: Apache-2.0
#include "helper/config/xdg_directories.hpp"

#include "helper/os/files/file_status.hpp"
#include "helper/os/files/trusted_file.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace sase::config {

namespace {

constexpr const char* own_name = "/sase-credential";

std::optional<std::string> find_absolute(const Environment& environment, std::string_view variable) {
  const auto path = environment.find(variable);
  return path && path->starts_with('/') ? std::optional<std::string>(*path) : std::nullopt;
}

/// After su(1) and in containers the variable may name a missing directory or that of another user.
bool is_runtime_directory(const std::string& path) noexcept {
  const auto status = os::read_status(path);
  return status && status->is(os::FileStatus::Kind::directory) && status->is_own() &&
         !status->is_open_to_others();
}

std::optional<std::string> find_runtime_directory(const Environment& environment) {
  auto base = find_absolute(environment, "XDG_RUNTIME_DIR");
  if (base && !is_runtime_directory(*base)) base.reset();
  return base;
}

/// The directory of an environment that may be another user's, as with `sudo -E`.
struct Candidate {
  std::string base;  ///< exists before the program is used for the first time
  std::string path;
};

std::optional<Candidate> find_directory(const Environment& environment, std::string_view variable,
                                        std::string_view below_home) {
  if (auto base = find_absolute(environment, variable))
    return Candidate{.base = *base, .path = *base + own_name};
  const auto home = find_absolute(environment, "HOME");
  // A missing home, such as /nonexistent of system users, is not created.
  const auto status = home ? os::read_status(*home) : std::nullopt;
  if (!status || !status->is(os::FileStatus::Kind::directory)) return std::nullopt;
  return Candidate{.base = *home, .path = (*home == "/" ? "" : *home) + std::string(below_home) + own_name};
}

std::optional<Candidate> find_config_directory(const Environment& environment) {
  return find_directory(environment, "XDG_CONFIG_HOME", "/.config");
}

bool is_foreign(const std::string& directory) noexcept {
  const auto status = os::read_status(directory);
  return status && !status->is_own_or_root();
}

/// Whether others can replace no directory on this path.
bool is_trusted(const std::string& path) noexcept try {
  return os::check_directories(path);
} catch (const std::exception&) {
  return false;
}

/// Whether this user can create the directory.
bool can_create(const std::string& path) noexcept {
  std::string parent = path;
  do
    parent.resize(std::max<std::size_t>(parent.find_last_of('/'), 1));
  while (!os::read_status(parent) && parent != "/");
  return !is_foreign(parent) && os::may_write_directory(parent);
}

/// Whether this user can create the directory, or something is there, which is used or reported. In a
/// directory of root that others can write, nothing is created.
bool is_available(const Candidate& place) noexcept {
  if (os::read_link_status(place.path)) return true;
  const auto base = os::read_status(place.base);
  return can_create(place.path) && (!base || base->is_own() || is_trusted(place.base));
}

/// Whether it can be used among the directories of others, who may have put something else there.
bool is_usable(const std::string& path) noexcept {
  const auto there = os::read_link_status(path);
  if (!there) return can_create(path) && is_trusted(path.substr(0, path.find_last_of('/')));
  return there->is(os::FileStatus::Kind::directory) && there->is_own() && os::may_write_directory(path);
}

/// The name of a directory of this user beside those of others. They cannot replace it, because these parents
/// are sticky.
std::string shared_path(std::string_view parent) {
  return std::string(parent) + own_name + '-' + std::to_string(os::effective_user());
}

constexpr const char* shared_memory = "/dev/shm";

}  // namespace

std::optional<std::string> config_directory(const Environment& environment) {
  auto found = find_config_directory(environment);
  if (!found || is_foreign(found->base)) return std::nullopt;
  return std::move(found->path);
}

std::optional<std::string> foreign_config_directory(const Environment& environment) {
  auto found = find_config_directory(environment);
  if (!found || !is_foreign(found->base) || !os::read_status(found->path)) return std::nullopt;
  return std::move(found->path);
}

std::optional<std::string> state_directory(const Environment& environment) {
  if (const auto base = find_runtime_directory(environment)) return *base + own_name;
  const auto found = find_directory(environment, "XDG_CACHE_HOME", "/.cache");
  if (found && !is_foreign(found->base) && is_available(*found)) return found->path;
  for (const char* const parent : {"/tmp", "/var/tmp", shared_memory})
    if (auto path = shared_path(parent); is_usable(path)) return path;
  return found ? std::optional(found->path) : std::nullopt;
}

std::optional<std::string> memory_directory(const Environment& environment) {
  const auto base = find_runtime_directory(environment);
  if (base && os::is_in_memory(*base)) return *base + own_name;
  auto path = shared_path(shared_memory);
  return os::is_in_memory(shared_memory) && is_usable(path) ? std::optional(std::move(path)) : std::nullopt;
}

}  // namespace sase::config
