// SPDX-License-Identifier: Apache-2.0
#include "helper/config/xdg_directories.hpp"

#include "helper/os/files/file_status.hpp"

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
  if (auto home = find_absolute(environment, "HOME"))
    return Candidate{.base = *home, .path = *home + std::string(below_home) + own_name};
  return std::nullopt;
}

std::optional<Candidate> find_config_directory(const Environment& environment) {
  return find_directory(environment, "XDG_CONFIG_HOME", "/.config");
}

bool is_foreign(const std::string& directory) noexcept {
  const auto status = os::read_status(directory);
  return status && !status->is_own_or_root();
}

/// Whether the directory exists, or this user can create it: HOME is `/` for a user that a container does not
/// know, and may be read-only.
bool can_be_used(const Candidate& directory) {
  if (is_foreign(directory.base)) return false;
  const std::string parent = directory.path.substr(0, directory.path.find_last_of('/'));
  return !os::read_status(directory.base) || os::read_status(directory.path) ||
         os::is_writable(os::read_status(parent) ? parent : directory.base);
}

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
  // Other users cannot replace a directory of this user in /tmp, which is sticky.
  if (found && !can_be_used(*found))
    return std::string("/tmp") + own_name + '-' + std::to_string(os::effective_user());
  return found ? std::optional(found->path) : std::nullopt;
}

std::optional<std::string> memory_directory(const Environment& environment) {
  const auto base = find_runtime_directory(environment);
  return base && os::is_in_memory(*base) ? std::optional(*base + own_name) : std::nullopt;
}

}  // namespace sase::config
